"""`hydra/launcher=dask`: the jobs of a sweep are done by the workers of a running Dask cluster."""

import math
from collections.abc import Sequence
from functools import cached_property
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
        """Return what does the jobs of a sweep: the workers of the cluster."""
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
