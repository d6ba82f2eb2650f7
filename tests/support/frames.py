"""Frames of runs for tests: the test says how each run ended, conf/ says what it is.

They have the columns of `experiments.results.runs`.
"""

import hashlib
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec
import pandas as pd
from composing import composed_config
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser

from experiments.configuration import (
    Experiment,
    build,
    choices,
    recorded_config,
)
from experiments.recording import Start, parameters
from experiments.results import VALIDATION, frame_of
from experiments.running import identity, origin

DATA = "0" * 64
"""The SHA-256 of the images of all runs, unless the test gives another one."""
Runs = list[dict[str, Any]]
"""Rows for `frame`."""
SEEDS = range(8)
NOISE = (0.0003, -0.0002, 0.0001, 0.0, -0.0001, 0.0002, -0.0003, 0.0004)
COMMAND = "python run.py -m "
EPOCHS = "by epoch"
"""The key of the validation accuracies of a row for `frame`."""


@dataclass(frozen=True)
class Composed:
    """The configuration of a run: the first event of its journal, and its experiment."""

    start: Start
    experiment: Experiment


@cache
def composed(overrides: frozenset[str]) -> Composed:
    """Return the configuration of a run."""
    config = composed_config(sorted(overrides))
    experiment = build(config)
    decided_by = origin(experiment)
    start = Start(
        id="0" * 32,
        identity=identity(decided_by),
        origin=decided_by,
        name="",
        overrides=sorted(overrides),
        choices=choices(HydraConfig.get()),
        config=recorded_config(config),
        environment={},
    )
    return Composed(start, experiment)


def start(*overrides: str) -> Start:
    """Return the first event of the journal of a run."""
    return msgspec.structs.replace(composed(frozenset(overrides)).start, name=" ".join(overrides))


def identity_of(overrides: Iterable[str]) -> str:
    """Return the identity of the run with these overrides. Other seeds need no composing."""
    seed, others = _split_seed(overrides)
    return identity(origin(replace(composed(others).experiment, seed=seed)))


def _split_seed(overrides: Iterable[str]) -> tuple[int, frozenset[str]]:
    """Return the seed, which is 0 by default, and the other overrides."""
    seeds = [each for each in overrides if each.startswith("seed=")]
    seed = int(seeds[0].removeprefix("seed=")) if seeds else 0
    return seed, frozenset(overrides) - frozenset(seeds)


def run(
    *overrides: str,
    accuracy: float = 0.9,
    validation: Sequence[float] | None = None,
    best_epoch: float | None = None,
    status: str = "finished",
    data: str = DATA,
    started: float = 0.0,
) -> dict[str, Any]:
    """Return a row for `frame`.

    ``accuracy`` is the accuracy on the test set, ``best_epoch`` the same at the best epoch, equal
    by default. ``validation`` are the accuracies on the validation set by epoch; by default there
    is one epoch with the same accuracy.
    """
    seed, others = _split_seed(overrides)
    test = {
        "test/accuracy": accuracy,
        "test/cost": 1 - accuracy,
        "best_epoch/test/accuracy": accuracy if best_epoch is None else best_epoch,
    }
    unique = f"{identity_of(overrides)} {data}"
    return {
        "identity": hashlib.sha256(unique.encode()).hexdigest()[:16],
        "name": " ".join(overrides),
        "status": status,
        "started": started,
        "run_seconds": 1.0,
        "data": data,
        "message": "" if status == "finished" else "a message",
        **parameters(composed(others).start.choices, composed(others).start.config),
        "seed": seed,
        **(test if status == "finished" else {}),
        EPOCHS: list([accuracy] if validation is None else validation),
    }


def close(runs: Runs) -> Runs:
    """Return rows for the same runs with their test set closed."""
    return [
        {key: value for key, value in each.items() if not key.startswith(("test/", "best_epoch/"))}
        for each in runs
    ]


def closed_run(*overrides: str, **result: Any) -> dict[str, Any]:
    """Return a row for `frame` of a run whose test set is closed."""
    return close([run(*overrides, **result)])[0]


def arm(*overrides: str, at: float = 0.9, seeds: Sequence[int] = SEEDS, **result: Any) -> Runs:
    """Return runs that differ in their seed, with a little noise around the accuracy ``at``."""
    scale = 1 + len(" ".join(overrides)) % 3  # so that two arms do not have the same noise
    return [
        run(*overrides, f"seed={seed}", accuracy=at + NOISE[seed % 8] * scale, **result)
        for seed in seeds
    ]


def diverged(*overrides: str, seeds: Sequence[int]) -> Runs:
    """Return runs that diverged in their first epoch."""
    return [run(*overrides, f"seed={seed}", status="diverged", validation=[]) for seed in seeds]


def frame(runs: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the frame of these rows, in their order."""
    runs = list(runs)
    epochs = [
        {"identity": each["identity"], "epoch": epoch, VALIDATION: value}
        for each in runs
        for epoch, value in enumerate(each[EPOCHS], 1)
    ]
    rows = [{key: value for key, value in each.items() if key != EPOCHS} for each in runs]
    return frame_of(rows, pd.DataFrame(epochs, columns=["identity", "epoch", VALIDATION]))


def jobs(command: str) -> list[tuple[str, ...]]:
    """Return the overrides of each run that a command makes, as Hydra's own sweeper splits them."""
    program, script, multirun, *words = shlex.split(command)
    assert (program, script, multirun) == ("python", "run.py", "-m"), command
    overrides = OverridesParser.create().parse_overrides(words)
    (batch,) = BasicSweeper.split_arguments(overrides, None)
    return [tuple(each) for each in batch]


def recommended(message: str) -> list[str]:
    """Return the commands at the end of a message of one line."""
    assert "\n" not in message
    found = re.search(rf"{COMMAND}.+", message)
    assert found, f"no command in: {message}"
    return found[0].partition(", then compare")[0].split(" && ")
