"""Names of runs and sweeps: what differs, in the words of the command line."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

CONTROL = ("outputs", "tracking", "checkpoint_every", "record_weights", "plan", "retry", "rerun")
"""What does not say what a run is, and so is no part of its name."""
ARMS = ("loss", "optimizer")
"""The groups named, beside the layer sizes, in every run on its own."""


def run_name(sizes: Sequence[int], choices: Mapping[str, Any], overrides: Sequence[str]) -> str:
    """Return the name of a run on its own: layer sizes, loss, optimizer and what else was chosen.

    ``choices`` maps each group of conf/ to the file chosen; ``overrides`` are those of the command
    line, as ``key=value``.
    """
    others = [
        short(override, choices)
        for override in describing(overrides)
        if top(override) != "architecture" and override.split("=")[0] not in ARMS
    ]
    return " ".join(["-".join(map(str, sizes)), *(choices[group] for group in ARMS), *others])


def job_names(jobs: Sequence[Sequence[str]], groups: Container[str]) -> list[str]:
    """Return a name for each job of a sweep, given its overrides: those that differ among them."""
    common = set.intersection(*map(set, jobs)) if len(jobs) > 1 else set()
    names = [" ".join(short(o, groups) for o in describing(job) if o not in common) for job in jobs]
    return [name or f"job {number}" for number, name in enumerate(names)]


def without_seed(name: str) -> str:
    """Return what runs of a sweep that differ in their seed alone have in common in their names."""
    return " ".join(word for word in name.split() if not word.startswith("seed=")) or "all seeds"


def describing(overrides: Sequence[str]) -> list[str]:
    """Return the overrides that say what a run is."""
    return [override for override in overrides if top(override) not in CONTROL]


def top(override: str) -> str:
    """Return the first part of an override's key."""
    return override.partition("=")[0].partition(".")[0]


def short(override: str, groups: Container[str]) -> str:
    """Return the choice for an override of a group, else its key's last part and its value."""
    key, _, value = override.partition("=")
    return value if key in groups else f"{key.split('.')[-1]}={value}"
