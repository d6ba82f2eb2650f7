"""A cluster whose workers are jobs of a queue system: SLURM, PBS and others, by dask-jobqueue."""

import logging
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.cluster.cluster import Cluster, quiet
from experiments.configuration import install_command, one_line
from experiments.errors import ConfigError, StorageError
from experiments.interruption import SIGNALS

SYSTEMS = {
    "slurm": ("SLURMCluster", "sbatch"),
    "pbs": ("PBSCluster", "qsub"),
    "sge": ("SGECluster", "qsub"),
    "lsf": ("LSFCluster", "bsub"),
    "moab": ("MoabCluster", "msub"),
    "oar": ("OARCluster", "oarsub"),
    "htcondor": ("HTCondorCluster", "condor_submit"),
}
"""The queue systems: the class of dask-jobqueue, and the program that submits a job."""


@dataclass(frozen=True)
class Queue:
    """The request to a queue system: ``jobs`` jobs, each of which does ``cores`` runs at a time.

    ``directives`` are further options of a job, and ``prologue`` its first commands.
    """

    system: str
    jobs: int
    cores: int
    memory: str
    queue: str | None = None
    walltime: str | None = None
    directives: Sequence[str] = ()
    prologue: Sequence[str] = ()

    def options(self) -> dict[str, Any]:
        """Return the options of the classes of dask-jobqueue."""
        given = {"queue": self.queue, "walltime": self.walltime}
        return {
            "cores": self.cores,
            "processes": self.cores,  # one thread each: a run has a worker of its own
            "memory": self.memory,
            "job_extra_directives": list(self.directives),
            "job_script_prologue": list(self.prologue),
            **{name: value for name, value in given.items() if value is not None},
        }


class QueueCluster(Cluster):
    """A scheduler in this process, and workers that a queue system starts.

    Raise ConfigError if dask-jobqueue or the queue system is missing, or refuses the options, and
    StorageError if the folder ``logs`` of the jobs' output cannot be made.
    """

    def __init__(self, queue: Queue, logs: Path) -> None:
        made = _made(queue, logs)
        try:
            for _ in range(queue.jobs):  # `scale` does the same, but does not raise what goes wrong
                made.worker_spec.update(made.new_worker_spec())
            made.sync(made._correct_state)
        except BaseException as error:
            _close_failed(made)
            if isinstance(error, Exception):
                lines = str(error).strip().splitlines() or [one_line(error)]
                raise ConfigError(
                    f"{_launcher(queue)}: no job was submitted: {lines[-1]}"
                ) from None
            raise
        self._made = made
        self._threads = queue.jobs * queue.cores
        self.address = str(made.scheduler_address)
        self.client = made.get_client()

    @property
    def threads(self) -> int:
        """The number of runs that the workers do at a time, when all jobs have begun."""
        return self._threads

    def close(self) -> None:
        """End the workers, and take jobs that wait out of the queue."""
        self.client.close()
        self._made.close()


def _made(queue: Queue, logs: Path) -> Any:
    """Return the cluster of dask-jobqueue, which has no worker yet."""
    if queue.system not in SYSTEMS:
        known = ", ".join(SYSTEMS)
        raise ConfigError(f"hydra.launcher.system must be one of {known}, not {queue.system}")
    try:
        with _kept_handlers():
            import dask_jobqueue
    except ImportError:
        raise ConfigError(
            f"{_launcher(queue)}: dask-jobqueue is not installed; install it with"
            f" {install_command('cluster')}"
        ) from None
    kind, program = SYSTEMS[queue.system]
    if shutil.which(program) is None:
        raise ConfigError(
            f"{_launcher(queue)}: {program} is not on this machine; start the sweep where jobs are"
            " submitted"
        )
    try:
        logs.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(one_line(error)) from None
    quiet()
    try:
        return getattr(dask_jobqueue, kind)(
            local_directory=os.environ.get("TMPDIR", "/tmp"),  # noqa: S108 - on the node
            log_directory=str(logs),
            silence_logs=logging.CRITICAL,
            scheduler_options={"dashboard_address": ":0"},
            **queue.options(),
        )
    except (ValueError, TypeError, OSError, RuntimeError) as error:
        raise ConfigError(f"{_launcher(queue)}: {one_line(error)}") from None


def _close_failed(made: Any) -> None:
    """Close a cluster of which a job was not submitted, which it does not expect."""
    from distributed import Status

    with suppress(AssertionError):
        made.close()
    made.status = Status.closed


@contextmanager
def _kept_handlers() -> Iterator[None]:
    """Keep the handlers of signals, which the import of dask-jobqueue changes."""
    before = {each: signal.getsignal(each) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _launcher(queue: Queue) -> str:
    return f"hydra/launcher=slurm hydra.launcher.system={queue.system}"
