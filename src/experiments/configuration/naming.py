"""Names of runs and of the jobs of a sweep, made from the overrides of the command line."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from experiments.configuration.schema import CONTROL, GROUPS

ALWAYS_NAMED = ("loss", "optimizer")
"""The groups whose choices are in the name of every single run, after the layer sizes."""
NAMED_WHOLLY = ("dataset", "architecture")
"""The groups whose choices say all about their options."""


def run_name(sizes: Sequence[int], choices: Mapping[str, str], overrides: Sequence[str]) -> str:
    """Return the name of a single run: layer sizes, loss, optimizer, then the other overrides.

    ``choices`` maps each group of conf/ to the chosen file. ``overrides`` have the form
    ``key=value``.
    """
    others = [
        short_form(override, choices)
        for override in experiment_overrides(overrides)
        if group_of(override) != "architecture" and override.split("=")[0] not in ALWAYS_NAMED
    ]
    architecture = "-".join(map(str, sizes))
    return " ".join([architecture, *(choices[group] for group in ALWAYS_NAMED), *others])


def job_names(jobs: Sequence[Sequence[str]], groups: Container[str]) -> list[str]:
    """Return a name for each job of a sweep, made from the overrides that not all jobs have.

    ``jobs`` are the overrides of each job. A job without such an override gets a number.
    """
    common = set.intersection(*map(set, jobs)) if len(jobs) > 1 else set()
    names = [
        " ".join(
            short_form(override, groups)
            for override in experiment_overrides(job)
            if override not in common
        )
        for job in jobs
    ]
    return [name or f"job {number}" for number, name in enumerate(names)]


def with_sizes(name: str, architecture: str, sizes: Sequence[int]) -> str:
    """Return the name of a job with its layer sizes instead of the name of its architecture."""
    words = [
        "-".join(map(str, sizes)) if word == architecture else word for word in name.split(" ")
    ]
    return " ".join(words)


def without_seed(name: str) -> str:
    """Return the name of a job without its seed; runs with different seeds then share a name."""
    return " ".join(word for word in name.split() if not word.startswith("seed=")) or "all seeds"


def options_of_choices(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return the options that differ between the choices of a sweep without being in its names.

    ``runs`` are the parameters of each run. This is `ce has output=softmax, mse has output=sigmoid`
    for runs with `loss=ce,mse`. An option counts if all choices of its group have it, with one
    value each. The learning rate does not count: it is tuned for each choice.
    """
    words = []
    for key in runs[0]:
        group, _, option = key.partition(".")
        if group in NAMED_WHOLLY or group not in GROUPS or option in ("", "learning_rate"):
            continue
        pairs = list(dict.fromkeys((run.get(group), str(run.get(key))) for run in runs))
        one_each = len({choice for choice, _ in pairs}) == len(pairs)
        if one_each and len({value for _, value in pairs}) > 1 and all(key in run for run in runs):
            words += [f"{choice} has {option}={value}" for choice, value in pairs]
    return ", ".join(words)


def experiment_overrides(overrides: Sequence[str]) -> list[str]:
    """Return the overrides that change the experiment, without those of `CONTROL`."""
    return [override for override in overrides if group_of(override) not in CONTROL]


def group_of(override: str) -> str:
    """Return the first part of an override's key: `optimizer` for `optimizer.beta1=0.9`."""
    return override.lstrip("+~").partition("=")[0].partition(".")[0]


def short_form(override: str, groups: Container[str]) -> str:
    """Return an override without the name of its group.

    This is `adam` for `optimizer=adam`, and `beta1=0.9` for `optimizer.beta1=0.9`.
    """
    key, _, value = override.partition("=")
    return value if key in groups else f"{key.split('.')[-1]}={value}"
