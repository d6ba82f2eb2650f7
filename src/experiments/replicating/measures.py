"""The published numbers, measured in our runs: one row for each number and seed."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from experiments.configuration import (
    BEST,
    HIGHEST,
    INITIAL,
    LOWEST,
    Number,
    Preset,
    experiment_overrides,
    group_of,
)
from experiments.recording import Status
from experiments.replicating.replicas import Replica
from experiments.replicating.saturated_neuron import learn
from experiments.results import CERTIFICATE, END_METRICS

COLUMNS = (
    *("preset", "case", "setting", "metric", "take", "published", "digits"),
    *("best_of", "open"),
    *("seed", "value", "missing", "identity", "overrides"),
)
"""``published`` and ``value`` are per cent for accuracies; ``missing`` says why there is no value.

``seed`` is None for a number that does not depend on one. ``overrides`` are those of the command,
beside the preset.
"""
PERCENT = 100
FALLEN = "part of the fall"
"""The metric of a neuron: how much of the fall of its output it has done after some epochs."""


def measure(
    name: str,
    preset: Preset,
    replicas: Sequence[Replica],
    *,
    own: Sequence[str],
    runs: pd.DataFrame,
    epochs: pd.DataFrame,
) -> pd.DataFrame:
    """Return the numbers of a preset in its runs, from frames as of `runs` and `history`.

    ``own`` are the other overrides of the command.
    """
    by_identity = _by_identity(runs, epochs)
    rows = []
    for replica in replicas:
        case = preset.all_cases[replica.case]
        run = by_identity.get(replica.job.identity, Recorded())
        for number in case.numbers:
            value, missing = run.take(number)
            rows.append(
                {
                    **_described(name, replica.case, case.name, number),
                    "seed": replica.seed,
                    "value": value,
                    "missing": missing,
                    "identity": replica.job.identity,
                    "overrides": " ".join(of_experiment(own)),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def measure_neurons(name: str, preset: Preset) -> pd.DataFrame:
    """Return the numbers of a preset whose cases are single neurons."""
    rows = []
    for place, case in enumerate(preset.all_cases):
        assert case.neuron is not None  # noqa: S101 - the caller has looked; for mypy
        neuron, outputs = case.neuron, learn(case.neuron).outputs
        setting = f"{neuron.loss} w={neuron.weight:g} b={neuron.bias:g}"
        for number in case.numbers:
            epoch = number.take if isinstance(number.take, int) else neuron.epochs
            value = _fallen(outputs, epoch) if number.metric == FALLEN else outputs[epoch]
            rows.append({**_described(name, place, setting, number), "value": value})
    return pd.DataFrame(rows, columns=COLUMNS)


def _fallen(outputs: np.ndarray, epoch: int) -> float:
    """Return the fall of the outputs until an epoch, as a fraction of that until the last one."""
    return float((outputs[0] - outputs[epoch]) / (outputs[0] - outputs[-1]))


class Recorded:
    """The metrics of a run: those of each epoch ``by name``, and those of its end."""

    def __init__(
        self,
        epochs: Mapping[str, pd.Series] | None = None,
        end: Mapping[str, float] | None = None,
        status: str = "",
    ) -> None:
        self._epochs = epochs or {}
        self._end = end or {}
        self._status = status

    def take(self, number: Number) -> tuple[float, str]:
        """Return a number of this run and an empty text, or NaN and why it has none."""
        missing = self._missing(number)
        return (math.nan if missing else self._value(number)), missing

    def _missing(self, number: Number) -> str:
        """Return why the run does not have a number; an empty text if it has it."""
        if self._status != Status.FINISHED.value:
            return f"a run is {self._status or 'not done'}"
        if number.take == INITIAL:
            known = f"{CERTIFICATE}{number.metric}" in self._end
            return "" if known else f"the runs have not recorded {number.metric} at first"
        if number.metric in END_METRICS:
            return "the test set is closed" if math.isnan(self._end[number.metric]) else ""
        if number.metric not in self._epochs:
            return f"the runs have not recorded {number.metric}"
        values = self._epochs[number.metric]
        few = isinstance(number.take, int) and number.take not in values.index
        return f"the runs have {len(values)} epochs" if few else ""

    def _value(self, number: Number) -> float:
        unit = PERCENT if number.is_accuracy else 1
        if number.take == INITIAL:
            return self._end[f"{CERTIFICATE}{number.metric}"]
        if number.metric in END_METRICS:
            return unit * self._end[number.metric]
        values = self._epochs[number.metric]
        if isinstance(number.take, int):
            return unit * float(values[number.take])
        if number.take == LOWEST:
            return float(values.idxmin())
        if number.take == HIGHEST:
            return float(values.idxmax())
        return unit * float(values.max() if number.take == BEST else values.iloc[-1])


def of_experiment(own: Sequence[str]) -> list[str]:
    """Return the overrides that change the experiment, without those of Hydra."""
    return [word for word in experiment_overrides(own) if group_of(word) != "hydra"]


def _is_of_run(column: str) -> bool:
    """Return whether a column of runs is a metric that a run has once."""
    return column in END_METRICS or column.startswith(CERTIFICATE)


def _described(name: str, case: int, setting: str, number: Number) -> dict[str, object]:
    return {
        "preset": name,
        "case": case,
        "setting": setting,
        "metric": number.metric,
        "take": str(number.take),
        "published": number.value,
        "digits": number.digits,
        "best_of": number.best_of,
        "open": number.open,
    }


def _by_identity(runs: pd.DataFrame, epochs: pd.DataFrame) -> dict[str, Recorded]:
    """Return the records of the runs by identity, from the frames `runs` and `history`."""
    metrics: dict[str, dict[str, pd.Series]] = {}
    for (identity, metric), own in epochs.groupby(["identity", "metric"], observed=True):
        metrics.setdefault(str(identity), {})[str(metric)] = own.set_index("epoch")["value"]
    return {
        str(run["identity"]): Recorded(
            metrics.get(str(run["identity"]), {}),
            {key: float(run[key]) for key in runs if _is_of_run(key)},
            str(run["status"]),
        )
        for _, run in runs.iterrows()
    }
