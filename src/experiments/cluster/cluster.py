"""The connection to a running cluster of Dask: its scheduler, its workers, and their answers."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from experiments.cluster.agreement import packed
from experiments.cluster.host_data import contents_of
from experiments.cluster.messages import DATA, REFUSAL_PAUSE, TOPIC
from experiments.configuration import install_command, one_line
from experiments.errors import ConfigError, UserError
from experiments.running import Job

if TYPE_CHECKING:
    from distributed import Client

PATIENCE = 10
"""Seconds in which a scheduler has to answer."""


class Cluster:
    """A running cluster, joined as a client.

    Raise ConfigError if Dask is not installed, or if no scheduler answers at the address.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = _client(address)

    @property
    def workers(self) -> dict[str, dict[str, Any]]:
        """The scheduler's description of each worker, by its address."""
        return dict(self.client.scheduler_info(n_workers=-1)["workers"])

    @property
    def threads(self) -> int:
        """The number of runs that the workers do at a time; 1 while there is no worker."""
        return max(1, sum(int(worker["nthreads"]) for worker in self.workers.values()))

    @property
    def connected(self) -> bool:
        """Whether the scheduler can be reached."""
        return bool(self.client.status == "running")

    def check(self, jobs: Sequence[Job]) -> dict[str, str]:
        """Ask every worker whether it may do these jobs; return why some refuse, by address.

        One job for each kind of code is asked about. Raise UserError if every worker refuses.
        """
        kinds = {job.origin.code: job for job in jobs}
        refusals: dict[str, str] = {}
        for job in kinds.values():
            answers = self.client.run(_check_function(), packed(job), on_error="return")
            for address, answer in answers.items():
                if isinstance(answer, str) and answer:  # an error tells nothing about the code
                    refusals.setdefault(address, answer)
            self.check_any_is_left(refusals, answers)
        return refusals

    def check_any_is_left(self, refusals: Mapping[str, str], workers: Iterable[str]) -> None:
        """Raise UserError if each of the workers has refused: then nobody does the runs."""
        present = set(workers)
        if present and present <= refusals.keys():
            texts = {refusals[address]: address for address in sorted(present)}
            why = "; ".join(f"{address} {text}" for text, address in texts.items())
            raise UserError(f"{self.address}: every worker refuses these runs: {why}")

    def provide_data(self, jobs: Sequence[Job]) -> None:
        """Give the scheduler the data files of the jobs, for hosts that do not have them."""
        present = self.client.list_datasets()
        for sha256, data in {job.origin.data: job.experiment.dataset for job in jobs}.items():
            if DATA + sha256 not in present:
                self.client.publish_dataset(contents_of(data), name=DATA + sha256, override=True)

    def release(self, keys: Sequence[str]) -> None:
        """Give up tasks. Those that another client wants go on, and stay published for others."""
        self.client.run_on_scheduler(_release_function(), keys=list(keys), client=self.client.id)

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self.client.close()


def _client(address: str) -> "Client":
    if not address:
        raise ConfigError(
            "hydra/launcher=dask needs the address of a scheduler: write"
            " hydra.launcher.scheduler=tcp://HOST:8786; the command `dask scheduler` starts one"
        )
    try:
        from distributed import Client
    except ImportError:
        raise ConfigError(
            "hydra/launcher=dask: Dask is not installed; install it with"
            f" {install_command('cluster')}"
        ) from None
    quiet()
    try:
        return Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TimeoutError) as error:
        raise ConfigError(
            f"hydra.launcher.scheduler={address}: no scheduler of Dask answers there"
            f" ({one_line(error)}); the command `dask scheduler` starts one"
        ) from None


def quiet() -> None:
    """Keep Dask from printing what has one line of this program."""
    for name in ("distributed", "dask_jobqueue"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _check_function() -> Any:
    """Return a function that Dask sends as code, so that a worker without this project has it."""

    def check(job: bytes) -> str:
        try:
            from experiments.cluster.agreement import refusal
        except ImportError as error:
            return f"cannot import this project: {error}"
        return refusal(job)

    return check


def _release_function() -> Any:
    """Return a function that the scheduler executes in one step, so that no client comes between.

    Of two clients that leave at once, the second one finds that nobody else wants the tasks.
    """

    def release(dask_scheduler: Any, keys: list[str], client: str) -> None:
        published = dask_scheduler.extensions["publish"].datasets
        for key in keys:
            task = dask_scheduler.tasks.get(key)
            wanting = set() if task is None else {each.client_key for each in task.who_wants}
            leaving = wanting & {client}
            if not wanting - {client, f"published-{key}"}:
                published.pop(key, None)
                leaving = wanting
            for each in leaving:
                dask_scheduler.client_releases_keys([key], each)

    return release


def task_function() -> Any:
    """Return the function of a task, which Dask sends as code, as that of the check."""
    topic, pause = TOPIC, REFUSAL_PAUSE

    def do_run(identity: str, spec: bytes) -> Any:
        import pickle
        import time

        try:
            from experiments.cluster.task import do

            unpacked = pickle.loads(spec)  # noqa: S301 - whoever submits tasks may run any code
        except Exception as error:
            from distributed import Reschedule, get_worker

            worker = get_worker()
            text = f"cannot import this project: {error}"
            worker.log_event(
                topic, {"identity": identity, "refusal": text, "address": worker.address}
            )
            time.sleep(pause)
            raise Reschedule from None
        return do(unpacked)

    return do_run
