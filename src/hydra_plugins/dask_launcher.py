"""The launchers `dask` and `slurm`: the workers of a Dask cluster do the jobs of a sweep."""

import atexit
import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.errors import ConfigError
from hydra_plugins.parallel_launcher import ParallelLauncher, whole_number

if TYPE_CHECKING:
    from experiments.cluster import Cluster
    from experiments.running import Job
    from experiments.sweeping import Crew


class DaskLauncher(ParallelLauncher):
    """Gives the jobs to the cluster whose scheduler has the address ``scheduler``.

    A run whose worker dies goes on at another one, ``retries`` times. A run that takes longer than
    ``time_limit`` seconds fails. With ``fail_fast`` the first failure ends the sweep.
    """

    def __init__(
        self, scheduler: str | None, retries: int, time_limit: float | None, fail_fast: bool
    ) -> None:
        super().__init__(processes=None, lockstep=1)
        self.scheduler = scheduler
        self.retries = retries
        self.time_limit = time_limit
        self.fail_fast = fail_fast

    @cached_property
    def cluster(self) -> "Cluster":
        """The cluster, joined when it is needed. Raise ConfigError as `Cluster` does."""
        from experiments.cluster import Cluster

        return Cluster(self.scheduler or "")

    @property
    def limits(self) -> tuple[int, int]:
        """The number of runs that the cluster does at a time, and 1: each is trained alone."""
        self._check()
        return self.cluster.threads, 1

    def begin(self, jobs: "Sequence[Job]", *, processes: int, lockstep: int) -> "Crew":
        """Return the workers of the cluster, which do the jobs of a sweep."""
        from experiments.cluster import ClusterCrew, Options

        options = Options(self.retries, self.time_limit, self.fail_fast)
        return ClusterCrew(jobs, self.cluster, options)

    def _check(self) -> None:
        """Raise ConfigError for an option that is out of range."""
        whole_number("retries", self.retries, least=0)
        limit = self.time_limit
        if limit is not None and not (
            isinstance(limit, int | float) and not isinstance(limit, bool) and 0 < limit < math.inf
        ):
            raise ConfigError(
                f"hydra.launcher.time_limit must be a number of seconds above 0, not {limit}"
            )
        if not isinstance(self.fail_fast, bool):
            raise ConfigError(
                f"hydra.launcher.fail_fast must be true or false, not {self.fail_fast}"
            )
        if self.scheduler is not None and not isinstance(self.scheduler, str):
            raise ConfigError(f"hydra.launcher.scheduler must be an address, not {self.scheduler}")


class QueueLauncher(DaskLauncher):
    """Lets a queue system start the workers, ``jobs`` jobs of ``cores`` runs at a time.

    They end with the sweep. If this process is killed, they end a minute later.
    """

    def __init__(
        self,
        *,
        system: str,
        jobs: int,
        cores: int,
        memory: str,
        queue: str | None,
        walltime: str | None,
        directives: Sequence[str],
        prologue: Sequence[str],
        retries: int,
        time_limit: float | None,
        fail_fast: bool,
    ) -> None:
        super().__init__(None, retries, time_limit, fail_fast)
        self.system = system
        self.jobs = jobs
        self.cores = cores
        self.memory = memory
        self.queue = queue
        self.walltime = walltime
        self.directives = directives
        self.prologue = prologue

    @cached_property
    def cluster(self) -> "Cluster":
        """The cluster, whose jobs are submitted when it is needed."""
        from experiments.cluster import Queue, QueueCluster

        queue = Queue(
            system=self.system,
            jobs=self.jobs,
            cores=self.cores,
            memory=self.memory,
            queue=self.queue,
            walltime=self.walltime,
            directives=self.directives,
            prologue=self.prologue,
        )
        made = QueueCluster(queue, Path(self.config.outputs).absolute() / "queue")
        atexit.register(made.close)
        return made

    @property
    def limits(self) -> tuple[int, int]:
        """The number of runs that all jobs do at a time, and 1: each is trained alone."""
        self._check()
        return whole_number("jobs", self.jobs) * whole_number("cores", self.cores), 1
