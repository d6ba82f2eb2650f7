"""The published numbers in our runs."""

import math
from typing import Any

import pandas as pd
import pytest

from experiments.configuration import Preset, preset
from experiments.replicating.measures import COLUMNS, measure, measure_neurons
from experiments.replicating.replicas import Replica, replicas
from experiments.results import END_METRICS

METRICS = {"test_curve/accuracy": [0.9, 0.95, 0.93], "test_curve/cost": [0.3, 0.1, 0.2]}


def described(*numbers: dict[str, Any]) -> Preset:
    return Preset.of({"title": "t", "source": "s", "numbers": list(numbers)})


def frames(found: list[Replica], **run: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the frames of runs and of their epochs, all with the same metrics."""
    identities = [replica.job.identity for replica in found]
    end = {**dict.fromkeys(END_METRICS, 0.5), "test/accuracy": 0.94, "certificate/norm/1": 0.07}
    rows = [{"identity": each, "status": "finished", **end, **run} for each in identities]
    epochs = [
        {"identity": each, "metric": metric, "epoch": epoch, "value": value}
        for each in identities
        for metric, values in METRICS.items()
        for epoch, value in enumerate(values, 1)
    ]
    return pd.DataFrame(rows), pd.DataFrame(epochs)


def measured(number: dict[str, Any], **run: Any) -> pd.Series:
    """Return the row of a number in one run."""
    chosen = described(number)
    found = replicas("p", chosen, [7], [])
    runs, epochs = frames(found, **run)
    return measure("p", chosen, found, own=["l2=1"], runs=runs, epochs=epochs).iloc[0]


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ({"metric": "test_curve/accuracy", "take": 1}, 90),
        ({"metric": "test_curve/accuracy", "take": "best"}, 95),
        ({"metric": "test_curve/accuracy"}, 93),
        ({"metric": "test_curve/cost", "take": "last"}, 0.2),
        ({"metric": "test_curve/cost", "take": "epoch of the lowest"}, 2),
        ({"metric": "test_curve/accuracy", "take": "epoch of the highest"}, 2),
        ({"metric": "test/accuracy"}, 94),
        ({"metric": "norm/1", "take": "initial"}, 0.07),
    ],
)
def test_a_number_is_taken_where_the_preset_says(number: dict[str, Any], value: float) -> None:
    row = measured(number)
    assert row["value"] == pytest.approx(value)
    assert row["missing"] == ""


@pytest.mark.parametrize(
    ("number", "run", "why"),
    [
        ({"metric": "test_curve/accuracy", "take": 4}, {}, "the runs have 3 epochs"),
        ({"metric": "norm"}, {}, "the runs have not recorded norm"),
        (
            {"metric": "norm/2", "take": "initial"},
            {},
            "the runs have not recorded norm/2 at first",
        ),
        ({"metric": "test/accuracy"}, {"status": "diverged"}, "a run is diverged"),
        ({"metric": "test/accuracy"}, {"test/accuracy": math.nan}, "the test set is closed"),
    ],
)
def test_a_number_that_a_run_lacks_has_a_reason(
    number: dict[str, Any], run: dict[str, Any], why: str
) -> None:
    row = measured(number, **run)
    assert math.isnan(row["value"])
    assert row["missing"] == why


def test_a_run_that_is_not_recorded_is_not_done() -> None:
    chosen = described({"metric": "test/accuracy"})
    found = replicas("p", chosen, [7], [])
    runs, epochs = frames(found)
    row = measure("p", chosen, found, own=[], runs=runs[:0], epochs=epochs[:0]).iloc[0]
    assert row["missing"] == "a run is not done"


def test_each_row_says_which_number_and_run_it_is() -> None:
    row = measured({"metric": "test/accuracy", "value": 95.4, "best_of": 3, "open": "the rate"})
    assert tuple(row.index) == COLUMNS
    assert dict(row[["preset", "case", "published", "best_of", "open", "seed", "overrides"]]) == {
        "preset": "p",
        "case": 0,
        "published": 95.4,
        "best_of": 3,
        "open": "the rate",
        "seed": 7,
        "overrides": "l2=1",
    }


def test_neurons_have_no_seed() -> None:
    frame = measure_neurons("n", preset("nielsen/saturated_neuron"))
    assert tuple(frame.columns) == COLUMNS
    assert frame["seed"].isna().all()
    assert frame["value"].between(0, 1).all()
    assert list(frame["setting"].unique())[:2] == ["mse w=0.6 b=0.9", "mse w=2 b=2"]
