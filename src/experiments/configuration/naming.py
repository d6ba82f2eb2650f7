"""Names of runs and of the jobs of a sweep, made from the overrides of the command line."""

from collections.abc import Container, Mapping, Sequence

from experiments.configuration.schema import CONTROL

ALWAYS_NAMED = ("loss", "optimizer")
"""The groups whose choices are in the name of every single run, after the layer sizes."""


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


def without_seed(name: str) -> str:
    """Return the name of a job without its seed; runs with different seeds then share a name."""
    return " ".join(word for word in name.split() if not word.startswith("seed=")) or "all seeds"


def experiment_overrides(overrides: Sequence[str]) -> list[str]:
    """Return the overrides that change the experiment, without those of `CONTROL`."""
    return [override for override in overrides if group_of(override) not in CONTROL]


def group_of(override: str) -> str:
    """Return the first part of an override's key: `optimizer` for `optimizer.beta1=0.9`."""
    return override.partition("=")[0].partition(".")[0]


def short_form(override: str, groups: Container[str]) -> str:
    """Return an override without the name of its group.

    This is `adam` for `optimizer=adam`, and `beta1=0.9` for `optimizer.beta1=0.9`.
    """
    key, _, value = override.partition("=")
    return value if key in groups else f"{key.split('.')[-1]}={value}"
