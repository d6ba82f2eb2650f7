"""Hydra's way to `experiments.sweep`: `python run.py -m ...` launches its jobs here."""

import os
from collections.abc import Sequence

from hydra.core.utils import JobReturn
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
        """Take what Hydra has composed; the task of each job is always `experiments.job.run`."""
        self.context = hydra_context
        self.config = config

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        """Check every job, run them all, and return their results in order."""
        from experiments.sweep import prepare, sweep

        processes = os.cpu_count() if self.processes is None else self.processes
        if not isinstance(processes, int) or processes < 1:
            raise ConfigError(f"hydra.launcher.processes must be 1 or more, not {processes}")
        configs = []
        for number, overrides in enumerate(job_overrides, initial_job_idx):
            config = self.context.config_loader.load_sweep_config(self.config, list(overrides))
            with open_dict(config):
                config.hydra.job.id = str(number)
                config.hydra.job.num = number
            configs.append(config)
        return sweep(
            prepare(job_overrides, configs),
            self.context,
            overrides=list(self.config.hydra.overrides.task),
            processes=processes,
        )
