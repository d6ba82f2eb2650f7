"""Hydra's way to `experiments.sweeping.sweep`: `python run.py -m ...` launches its jobs here."""

import itertools
import os
from collections.abc import Sequence

from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig, open_dict

from experiments.errors import ConfigError


class ParallelLauncher(Launcher):
    """Runs the jobs of a sweep in processes of their own, ``processes`` at a time."""

    def __init__(self, processes: int | None) -> None:
        self.processes = processes

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Take what Hydra has composed; the task of each job is always `experiments.running.job.run`."""
        self.context = hydra_context
        self.config = config

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Check every job, do them all, or only plan it; return their results in order.

        A job's result, for sweepers that search, is its validation accuracy, 0 if there is none.
        """
        from experiments.sweeping.plan import plan
        from experiments.sweeping.sweep import prepare, sweep

        processes = os.cpu_count() if self.processes is None else self.processes
        if not isinstance(processes, int) or processes < 1:
            raise ConfigError(f"hydra.launcher.processes must be 1 or more, not {processes}")
        configs = map(self._compose, itertools.count(initial_job_idx), job_overrides)
        jobs = prepare(job_overrides, configs)
        if any(job.plan for job in jobs):
            plan(jobs, processes=processes)
            return []
        ended = sweep(jobs, overrides=list(self.config.hydra.overrides.task), processes=processes)
        return [
            JobReturn(_return_value=outcome.validation or 0.0, status=JobStatus.COMPLETED)
            for outcome in ended
        ]

    def _compose(self, number: int, overrides: Sequence[str]) -> DictConfig:
        config = self.context.config_loader.load_sweep_config(self.config, list(overrides))
        with open_dict(config):
            config.hydra.job.id = str(number)
            config.hydra.job.num = number
        return config
