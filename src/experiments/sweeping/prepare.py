"""Preparing a sweep: its jobs, each of them checked before the first one starts."""

from collections.abc import Iterable, Sequence

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.configuration import CONTROL, GROUPS, job_names
from experiments.errors import ConfigError, UserError
from experiments.running import Job


def prepare(overrides: Sequence[Sequence[str]], configs: Iterable[DictConfig]) -> list[Job]:
    """Return the jobs of a sweep, after every one of them has been checked.

    Raise ConfigError, which names the job, or DataError.
    """
    names = job_names(overrides, GROUPS)
    jobs: list[Job] = []
    for words, name, config in zip(overrides, names, configs, strict=True):
        HydraConfig.instance().set_config(config)  # for values that refer to Hydra's node
        try:
            jobs.append(Job.of(config, config.hydra, name))
        except UserError as error:
            raise ConfigError(f"{' '.join(words)}: {error}") from None
    if any(_control(job) != _control(jobs[0]) for job in jobs):
        raise ConfigError(f"{', '.join(CONTROL)} cannot differ between the runs of a sweep")
    return jobs


def _control(job: Job) -> tuple[object, ...]:
    """Return the options that all jobs of a sweep share."""
    return (
        job.config.tracking,
        job.outputs,
        job.checkpoint_every,
        job.record_weights,
        job.plan,
        job.retry,
        job.rerun,
    )


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
