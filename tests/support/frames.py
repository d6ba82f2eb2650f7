"""Frames of runs made by hand: those of `experiments.results.results.runs`, with what the test decides.

What a run is comes from conf/, composed; how it went is said by the test.
"""

import hashlib
import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pandas as pd
from hydra import compose, initialize_config_dir
from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser

from experiments.configuration.config import CONF, Experiment, build, choices, plain, register
from experiments.recording.parameters import parameters
from experiments.results.results import VALIDATION, frame_of
from experiments.running.identity import identity, origin

DATA = "0" * 64
"""The digest of the images that all runs have learned from, unless it is said otherwise."""
Runs = list[dict[str, Any]]
"""Rows of a frame to be."""
SEEDS = range(8)
NOISE = (0.0003, -0.0002, 0.0001, 0.0, -0.0001, 0.0002, -0.0003, 0.0004)
COMMAND = "python run.py -m "


@dataclass(frozen=True)
class Composed:
    """What a command line stands for, as a journal says it, and as a run does it."""

    start: dict[str, Any]  # the fields of its journal's first event that say what it is
    experiment: Experiment


@cache
def composed(overrides: frozenset[str]) -> Composed:
    """Compose the configuration of a single run; once, as that takes a tenth of a second."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config", sorted(overrides), return_hydra_config=True)
    HydraConfig.instance().set_config(config)
    start = {"config": plain(config), "choices": choices(config.hydra)}
    return Composed(start, build(config))


def start(*overrides: str) -> dict[str, Any]:
    """Return the beginning of a journal, as far as a frame is made of it."""
    return {**composed(frozenset(overrides)).start, "name": " ".join(overrides)}


def identity_of(overrides: Iterable[str]) -> str:
    """Return which run a command line stands for; its seed needs no composing."""
    seed, others = _apart(overrides)
    return identity(origin(replace(composed(others).experiment, seed=seed)))


def _apart(overrides: Iterable[str]) -> tuple[int, frozenset[str]]:
    """Return the seed, 0 unless it is said, and the other overrides."""
    said = [each.removeprefix("seed=") for each in overrides if each.startswith("seed=")]
    return int(said[0]) if said else 0, frozenset(overrides) - {f"seed={each}" for each in said}


def run(
    *overrides: str,
    accuracy: float = 0.9,
    validation: Sequence[float] | None = None,
    chosen: float | None = None,
    status: str = "finished",
    data: str = DATA,
    started: float = 0.0,
) -> dict[str, Any]:
    """Return a run for `frame`: what was asked for, and what came of it.

    ``accuracy`` is that on the test set, ``validation`` that on the validation set by epoch, which
    is the same without it; ``chosen`` the one at the epoch that is best there.
    """
    seed, others = _apart(overrides)
    values = list([accuracy] if validation is None else validation)
    test = {
        "test/accuracy": accuracy,
        "test/cost": 1 - accuracy,
        "test/chosen/accuracy": accuracy if chosen is None else chosen,
    }
    return {
        "identity": hashlib.sha256(f"{identity_of(overrides)} {data}".encode()).hexdigest()[:16],
        "name": " ".join(overrides),
        "status": status,
        "started": started,
        "work": 1.0,
        "data": data,
        "message": "" if status == "finished" else "said so",
        **parameters(composed(others).start),
        "seed": seed,
        **(test if status == "finished" else {}),
        "by epoch": values,
    }


def arm(*overrides: str, at: float = 0.9, seeds: Sequence[int] = SEEDS, **result: Any) -> Runs:
    """Return runs that differ in seed, at an accuracy with a little noise of the arm's own."""
    lean = 1 + len(" ".join(overrides)) % 3
    return [
        run(*overrides, f"seed={seed}", accuracy=at + NOISE[seed % 8] * lean, **result)
        for seed in seeds
    ]


def diverged(*overrides: str, seeds: Sequence[int]) -> Runs:
    return [run(*overrides, f"seed={seed}", status="diverged", validation=[]) for seed in seeds]


def frame(runs: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return the frame of runs that `run` made, in their order."""
    runs = list(runs)
    epochs = [
        {"identity": each["identity"], "epoch": epoch, VALIDATION: value}
        for each in runs
        for epoch, value in enumerate(each["by epoch"], 1)
    ]
    described = [{k: v for k, v in each.items() if k != "by epoch"} for each in runs]
    return frame_of(described, pd.DataFrame(epochs, columns=["identity", "epoch", VALIDATION]))


def jobs(command: str) -> list[tuple[str, ...]]:
    """Return the overrides of each run that a command does, as Hydra's own sweeper takes it."""
    program, script, multirun, *words = shlex.split(command)
    assert (program, script, multirun) == ("python", "run.py", "-m"), command
    overrides = OverridesParser.create().parse_overrides(words)
    (batch,) = BasicSweeper.split_arguments(overrides, None)
    return [tuple(each) for each in batch]


def recommended(message: str) -> list[str]:
    """Return the commands with which a message, one line, ends."""
    assert "\n" not in message
    found = re.search(rf"{COMMAND}.+", message)
    assert found, f"no command in: {message}"
    return found[0].partition(", then compare")[0].split(" && ")
