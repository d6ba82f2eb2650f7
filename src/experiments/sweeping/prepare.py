"""Prepare a sweep: check every job before the first one starts."""

from collections.abc import Iterable, Sequence

from hydra.core.hydra_config import HydraConfig

from experiments.configuration import CONTROL, GROUPS, JobConfig, Shape, check_store, job_names
from experiments.errors import ConfigError, UserError
from experiments.running import Job


def prepare(
    overrides: Sequence[Sequence[str]],
    configs: Iterable[JobConfig],
    *,
    names: Sequence[str] | None = None,
) -> list[Job]:
    """Return the jobs of a sweep, after every one of them has been checked.

    ``names`` are the names of the jobs; by default they are made from their overrides. Raise
    ConfigError, which names the job unless it is about the MLflow store, or DataError.
    """
    names = job_names(overrides, GROUPS) if names is None else names
    jobs: list[Job] = []
    first: dict[Shape, Job] = {}
    for words, name, composed in zip(overrides, names, configs, strict=True):
        try:
            jobs.append(_job(composed, name, first.get(composed.shape)))
        except UserError as error:
            raise ConfigError(f"{' '.join(words)}: {error}") from None
        first.setdefault(composed.shape, jobs[-1])
    check_control(jobs)
    check_store(jobs[0].config.tracking)
    return jobs


def _job(composed: JobConfig, name: str, first: Job | None) -> Job:
    """Return a checked job; parts that are the same are those of the ``first`` of its shape."""
    if first is not None and composed.changed is not None:
        return first.changed(composed, name)
    HydraConfig.instance().set_config(composed.config)  # for values that refer to Hydra's node
    return Job.of(composed.config, composed.config.hydra, name)


def check_control(jobs: Sequence[Job]) -> None:
    """Raise ConfigError if the options in `CONTROL` differ between jobs."""
    for name in CONTROL:
        values = [getattr(job.config if name == "tracking" else job, name) for job in jobs]
        if any(value != values[0] for value in values):
            raise ConfigError(f"{name} cannot differ between the runs of a sweep")


def notices(jobs: Sequence[Job]) -> list[str]:
    """Return a sentence if the test set is looked at in each epoch of one of the jobs."""
    if not any(job.experiment.test_curve for job in jobs):
        return []
    return ["The test set is looked at after each epoch (test_curve=true): choose nothing by it."]


def distinct(jobs: Sequence[Job]) -> tuple[list[Job], list[str]]:
    """Return the jobs without duplicates, and a message for each duplicate."""
    first: dict[str, Job] = {}
    messages = []
    for job in jobs:
        name = first.setdefault(job.identity, job).name
        if name != job.name:
            messages.append(f"{job.name} is the same run as {name}")
        elif first[job.identity] is not job:
            messages.append(f"{name} is in the sweep more than once")
    return list(first.values()), messages
