"""Prepare a sweep: check every job before the first one starts."""

from collections.abc import Iterable, Sequence

from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.configuration import CONTROL, GROUPS, check_store, job_names
from experiments.errors import ConfigError, UserError
from experiments.running import Job


def prepare(overrides: Sequence[Sequence[str]], configs: Iterable[DictConfig]) -> list[Job]:
    """Return the jobs of a sweep, after every one of them has been checked.

    Raise ConfigError, which names the job unless it is about the MLflow store, or DataError.
    """
    names = job_names(overrides, GROUPS)
    jobs: list[Job] = []
    for words, name, config in zip(overrides, names, configs, strict=True):
        HydraConfig.instance().set_config(config)  # for values that refer to Hydra's node
        try:
            jobs.append(Job.of(config, config.hydra, name))
        except UserError as error:
            raise ConfigError(f"{' '.join(words)}: {error}") from None
    check_control(jobs)
    check_store(jobs[0].config.tracking)
    return jobs


def check_control(jobs: Sequence[Job]) -> None:
    """Raise ConfigError if the options in `CONTROL` differ between jobs."""
    for name in CONTROL:
        values = [getattr(job.config if name == "tracking" else job, name) for job in jobs]
        if any(value != values[0] for value in values):
            raise ConfigError(f"{name} cannot differ between the runs of a sweep")


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
