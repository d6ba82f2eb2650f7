"""The runs of a preset: each of its cases on several seeds."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from experiments.configuration import Preset, compose_each, override
from experiments.running import Job
from experiments.sweeping import prepare


@dataclass(frozen=True)
class Replica:
    """A run of a preset; ``case`` is the number of its case, from 0."""

    case: int
    seed: int
    job: Job


def replicas(name: str, preset: Preset, seeds: Sequence[int], own: Sequence[str]) -> list[Replica]:
    """Return the runs of a preset, checked; ``own`` are the other overrides of all runs.

    Raise ConfigError or DataError if one cannot be done.
    """
    pairs = list(itertools.product(range(len(preset.all_cases)), seeds))
    words = [
        [*preset.words(preset.all_cases[case], own), override("seed", seed)] for case, seed in pairs
    ]
    names = [
        " ".join(filter(None, [name, preset.all_cases[case].name, f"seed={seed}"]))
        for case, seed in pairs
    ]
    jobs = prepare(words, compose_each(words), names=names)
    return [Replica(case, seed, job) for (case, seed), job in zip(pairs, jobs, strict=True)]
