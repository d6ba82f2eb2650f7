"""The Hydra launcher of `python run.py -m ...`: it gives the jobs to `experiments.sweeping`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from experiments.configuration import (
    GROUPS,
    JobConfig,
    SweepConfigs,
    check_same_for_all,
    experiment_overrides,
    overrides_of,
    short_form,
)
from experiments.errors import ConfigError
from experiments.processors import usable_processors

if TYPE_CHECKING:
    from experiments.running import Job
    from experiments.sweeping import Crew, Series

MANY = 1000
"""Jobs that take some seconds to check."""


class ParallelLauncher(Launcher):
    """Runs the jobs of a sweep in ``processes`` processes at a time.

    A process trains up to ``lockstep`` runs together if they are faster so. A sweeper that launches
    several times can set ``series``: then all its jobs are recorded as one sweep.
    """

    def __init__(self, processes: int | None, lockstep: int) -> None:
        self.processes = processes
        self.lockstep = lockstep
        self.series: Series | None = None

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep Hydra's context and configuration; every job does `experiments.running.run`."""
        self.context = hydra_context
        self.config = config

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Check every job, then do them all, or only plan them; return their results in order.

        The result of a job, for sweepers that search, is the summary of its run.
        """
        from experiments.sweeping import plan, sweep

        processes, lockstep = self.limits
        overrides = overrides_of(self.config.hydra, "task")
        names = None
        if self.series is not None:
            names = [_name(job, overrides) for job in job_overrides]
        jobs = self.prepare(job_overrides, first=initial_job_idx, names=names)
        if any(job.plan for job in jobs):
            plan(jobs, processes=processes)
            return []
        if self.series is not None:
            runs = self.series.do(jobs, processes=processes, lockstep=lockstep, begin=self.begin)
        else:
            runs = sweep(
                jobs,
                overrides=overrides,
                processes=processes,
                lockstep=lockstep,
                begin=self.begin,
            )
        return [JobReturn(_return_value=run, status=JobStatus.COMPLETED) for run in runs]

    @property
    def limits(self) -> tuple[int, int]:
        """The numbers of processes, and of runs that one of them trains together."""
        processes = usable_processors() if self.processes is None else self.processes
        return whole_number("processes", processes), whole_number("lockstep", self.lockstep)

    def begin(self, jobs: "Sequence[Job]", *, processes: int, lockstep: int) -> "Crew":
        """Return the processes of this machine, which do the jobs of a sweep."""
        from experiments.sweeping import Workers

        return Workers(jobs, processes=processes, lockstep=lockstep)

    def prepare(
        self,
        job_overrides: Sequence[Sequence[str]],
        *,
        first: int = 0,
        names: Sequence[str] | None = None,
    ) -> "list[Job]":
        """Return the jobs with these overrides, checked; ``first`` is the number of the first.

        Jobs that differ in numbers are changed from the first of them *in this call*.
        """
        from experiments.sweeping import prepare

        print(announcement(len(job_overrides)), end="", flush=True)
        configs = SweepConfigs(self.context.config_loader, self.config)
        composed = (
            self._compose(configs, number, overrides)
            for number, overrides in enumerate(job_overrides, first)
        )
        return prepare(job_overrides, composed, names=names)

    def _compose(self, configs: SweepConfigs, number: int, overrides: Sequence[str]) -> JobConfig:
        """Return the configuration of a job, with Hydra's own node."""
        job = configs.compose(overrides)
        if job.changed is None:
            with open_dict(job.config):
                job.config.hydra.job.id = str(number)
                job.config.hydra.job.num = number
            check_same_for_all(job.config.hydra, self.config.hydra, overrides)
        return job


def _name(job: Sequence[str], common: Sequence[str]) -> str:
    """Return the name of a job in a series: its overrides without those of the command line."""
    own = [word for word in experiment_overrides(job) if word not in common]
    return " ".join(short_form(word, GROUPS) for word in own)


def announcement(n_jobs: int) -> str:
    """Return a line that says for what one waits; nothing if there are few jobs."""
    if n_jobs < MANY:
        return ""
    return f"Checking {n_jobs:,} runs before the first one starts.\n"


def whole_number(name: str, number: object, least: int = 1) -> int:
    """Return the value of an option of the launcher. Raise ConfigError if it is below ``least``."""
    if not isinstance(number, int) or isinstance(number, bool):
        kind = "the text " if isinstance(number, str) else ""
        shown = str(number).lower() if isinstance(number, bool) else number
        raise ConfigError(f"hydra.launcher.{name} must be a whole number, not {kind}{shown}")
    if number < least:
        raise ConfigError(f"hydra.launcher.{name} must be {least} or more, not {number}")
    return number
