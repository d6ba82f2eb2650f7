"""The workers of a cluster as a sweep sees them: they do its jobs, and the records come home."""

import asyncio
import pickle
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from experiments.cluster.agreement import packed
from experiments.cluster.cluster import Cluster, task_function
from experiments.cluster.flight import Flight, key_of
from experiments.cluster.home import HeldError, Home
from experiments.cluster.messages import TOPIC, Outcome, Spec
from experiments.cluster.snapshot import Snapshot
from experiments.configuration import one_line
from experiments.errors import UserError
from experiments.recording import Event, Note, RecordFollower, Status
from experiments.running import HELD, Job
from experiments.sweeping import Followed, LastMessage

if TYPE_CHECKING:
    from distributed import Future

POLL = 0.1
"""Seconds between two looks at what the workers have said."""
STOP_PATIENCE = 30.0
"""Seconds in which a worker has to end a run that was cancelled."""
GONE_PATIENCE = 5.0
"""The same for a run of which the scheduler knows nothing: another client has its end."""
SHARED_AFTER = 1.0
"""Seconds after which a cancelled run that still goes on does so for another client."""
LOST_PATIENCE = 8.0
"""Seconds without the scheduler after which the sweep ends."""
UNKNOWN = "that has begun it"
"""The name of a worker that has not said anything yet."""
DOUBTS = 2.0
"""Seconds between two looks at whether any worker is left that does not refuse."""


@dataclass(frozen=True)
class Options:
    """The options of the launcher: what a run may cost before it has failed."""

    retries: int
    time_limit: float | None
    fail_fast: bool


@dataclass
class Flying:
    """A run that the cluster has to do. ``worker`` is the one that does it, empty before that."""

    job: Job
    followed: Followed
    home: Home
    flight: Flight
    token: str
    """Of this submission; empty for a run that another client has submitted."""
    future: "Future[Outcome] | None"
    worker: str = ""
    changed: bool = False
    warned: bool = False
    outcome: Outcome | None = None
    said: list[Event] = field(default_factory=list)


class ClusterCrew:
    """Does jobs on a cluster, with the interface of `experiments.sweeping.Crew`.

    A job that is in flight already, because another client has submitted it or an earlier process
    died, is joined.
    """

    def __init__(self, jobs: Sequence[Job], cluster: Cluster, options: Options) -> None:
        self.jobs = list(jobs)
        self.processes = self.at_once = cluster.threads
        self.ended: list[Followed] = []
        self._cluster = cluster
        self._options = options
        self._heard: deque[dict[str, Any]] = deque()
        self._news = threading.Event()
        self._refusals: dict[str, str] = {}
        self._connected = self._doubted = time.monotonic()
        self._stopped: float | None = None
        self._flying: dict[str, Flying] = {}
        if self.jobs:
            self._refusals = cluster.check(self.jobs)
            for address, why in self._refusals.items():
                print(refusal_line(address, why))
            cluster.provide_data(self.jobs)
            cluster.client.subscribe_topic(TOPIC, self._hear)
            self._submit_all()

    @property
    def done(self) -> bool:
        return not self._flying

    @property
    def running(self) -> list[list[Job]]:
        return [[each.job] for each in self._flying.values() if each.worker]

    def poll(self) -> list[tuple[Job, Event]]:
        self._news.wait(POLL)
        self._news.clear()
        self._check_connection()
        while self._heard:
            self._attend(self._heard.popleft())
        events: list[tuple[Job, Event]] = []
        for each in list(self._flying.values()):
            events += [(each.job, event) for event in self._events(each)]
        self._check_refusals()
        self._fail_fast()
        return events

    def stop(self, signum: int) -> None:
        """Cancel the jobs: those that run record that, and the others end at once."""
        if self._stopped is not None:
            return
        self._stopped = time.monotonic()
        if not self._cluster.connected:
            return
        self._cluster.release([key_of(identity) for identity in self._flying])
        self._cluster.client.cancel([each.future for each in self._flying.values()])
        for identity, each in list(self._flying.items()):
            if not each.worker:
                del self._flying[identity]

    # Submitting

    def _submit_all(self) -> None:
        in_flight = set(self._cluster.client.list_datasets())
        for job in self.jobs:
            home = Home(job)
            flight = Flight(self._cluster.client, job.identity)
            followed = Followed(job, RecordFollower(job.folder))
            followed.events()  # those recorded before are not new
            future = self._joined(job) if key_of(job.identity) in in_flight else None
            each = Flying(job, followed, home, flight, token="", future=future)
            if future is None:
                self._submit(each)
            else:
                future.add_done_callback(self._wake)
            each.changed = future is not None
            self._flying[job.identity] = each
        self._submission(self._publish_all())

    def _joined(self, job: Job) -> "Future[Outcome] | None":
        name = key_of(job.identity)
        future: Future[Outcome] | None = self._cluster.client.get_dataset(name, default=None)
        return future

    def _submit(self, each: Flying) -> None:
        """Submit a run, from what is at home; what the scheduler knows of it counts more."""
        job, client = each.job, self._cluster.client
        each.token = each.token or uuid.uuid4().hex
        spec = Spec(
            identity=job.identity,
            token=each.token,
            client=client.id,
            job=packed(job),
            known=each.home.known(),
            data=job.origin.data,
            retries=self._options.retries,
            time_limit=self._options.time_limit,
        )
        key, words = key_of(job.identity), pickle.dumps(spec)
        each.future = client.submit(task_function(), job.identity, words, key=key, pure=False)
        each.future.add_done_callback(self._wake)

    async def _publish_all(self) -> None:
        """Let the scheduler keep the tasks, even if this process dies."""
        await asyncio.gather(*(self._publish(each) for each in self._flying.values()))

    async def _publish(self, each: Flying) -> None:
        await self._cluster.client.publish_dataset(
            each.future, name=key_of(each.job.identity), override=True, asynchronous=True
        )

    def _submission(self, coroutine: Any) -> None:
        async def awaited() -> None:
            await coroutine

        self._cluster.client.sync(awaited)

    # Listening

    def _hear(self, event: tuple[float, Any]) -> None:
        """Take an event of a worker, in the thread of Dask's client."""
        _, message = event
        if isinstance(message, dict):
            self._heard.append(message)
            self._news.set()

    def _wake(self, _future: "Future[Outcome]") -> None:
        self._news.set()

    def _attend(self, message: dict[str, Any]) -> None:
        each = self._flying.get(str(message.get("identity")))
        if each is None:
            return
        if "refusal" in message:
            self._refuse(each, message["address"], message["refusal"])
        elif "attempt" in message:
            each.worker = message["worker"]
            if message["after"]:
                text = f"{message['after'][0]} died; goes on at {each.worker}"
                each.said.append(Note(message=text))
        elif "sent" in message:
            each.changed = True
            each.worker = message["worker"]

    def _refuse(self, each: Flying, address: str, why: str) -> None:
        if address not in self._refusals:
            each.said.append(Note(message=refusal_line(address, why)))
        self._refusals[address] = why

    # One run

    def _events(self, each: Flying) -> Iterator[Event]:
        """Yield the new events of a run, after its record has come home as far as it is known."""
        yield from each.said
        each.said.clear()
        try:
            if each.future is not None and each.future.done():
                yield from self._conclude(each)
                return
            if each.changed:
                each.changed = False
                snapshot = self._read(each)
                if snapshot.journal:  # a run that was joined has begun before
                    each.worker = each.worker or UNKNOWN
                each.home.take(snapshot)
        except HeldError:
            each.changed = True
            if not each.warned:
                yield HELD
            each.warned = True
        except (OSError, UserError, CancelledError) as error:
            if self._cluster.connected and not each.warned:
                yield Note(message=f"its record cannot be written here: {one_line(error)}")
                each.warned = True
        yield from each.followed.events()

    def _read(self, each: Flying) -> Snapshot:
        return each.flight.read(each.token or None, have=each.home.files)

    def _conclude(self, each: Flying) -> Iterator[Event]:
        """Yield the last events of a run whose task has ended, or begin the task again."""
        assert each.future is not None  # noqa: S101 - it has been submitted; for mypy
        if each.future.status == "finished":
            each.outcome = each.outcome or each.future.result()
            outcome = each.outcome
            yield from self._finish(each, outcome.snapshot, outcome.last, outcome.worker)
        elif self._stopped is not None:
            waited = time.monotonic() - self._stopped
            snapshot = self._read(each)
            if waited > SHARED_AFTER and self._goes_on(each):
                text = "goes on for another client"
                last = LastMessage(Status.INTERRUPTED, text, recordable=False)
                yield from self._close(each, last)
            elif snapshot.ended or waited > (STOP_PATIENCE if snapshot.journal else GONE_PATIENCE):
                silent = LastMessage(Status.INTERRUPTED, "")
                yield from self._finish(each, snapshot, silent, each.worker)
        elif each.future.status == "error":
            yield from self._judge(each, each.future.exception())
        else:  # another client has cancelled it, or the scheduler has begun anew
            self._again(each)

    def _goes_on(self, each: Flying) -> bool:
        """Return whether a worker does a run that was cancelled here: somebody else wants it."""
        working = self._cluster.client.processing().values()
        return any(key_of(each.job.identity) in keys for keys in working)

    def _judge(self, each: Flying, error: BaseException | None) -> Iterator[Event]:
        """Submit a run again whose worker died; yield the last events of one that is hopeless."""
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):  # the task says when this was once too often
            self._again(each)
            return
        text = one_line(error) if isinstance(error, Exception) else str(error)
        snapshot = self._read(each)
        last = LastMessage(Status.FAILED, f"{each.worker or 'a worker'}: {text}")
        yield from self._finish(each, snapshot, last, each.worker)

    def _again(self, each: Flying) -> None:
        self._forget(each)
        self._submit(each)
        self._submission(self._publish(each))

    def _forget(self, each: Flying) -> None:
        self._cluster.client.unpublish_dataset(key_of(each.job.identity))
        if each.future is not None:
            each.future.release()

    def _finish(
        self, each: Flying, snapshot: Snapshot, last: LastMessage, worker: str
    ) -> Iterator[Event]:
        """Copy the last state of a run home, remove it there, and yield its last events."""
        try:
            each.home.take(snapshot)
        except (OSError, UserError) as error:  # the cluster keeps it for the next start
            text = f"its record cannot be written here: {one_line(error)}"
            yield from self._close(each, LastMessage(Status.INTERRUPTED, text, recordable=False))
            return
        each.flight.delete()
        self._forget(each)
        yield from self._close(each, last)
        record = each.followed.record
        if record is not None and record.status is Status.FAILED and worker:
            yield Note(message=f"was done by the worker {worker}")

    def _close(self, each: Flying, last: LastMessage) -> list[Event]:
        each.home.close()
        del self._flying[each.job.identity]
        self.ended.append(each.followed)
        return each.followed.conclude(last)

    # All runs

    def _check_connection(self) -> None:
        """Raise UserError if the scheduler cannot be reached for some seconds."""
        if self._cluster.connected:
            self._connected = time.monotonic()
        elif time.monotonic() - self._connected > LOST_PATIENCE:
            for each in list(self._flying.values()):
                self._close(each, LastMessage(Status.INTERRUPTED, "", recordable=False))
            raise UserError(
                f"{self._cluster.address}: the scheduler does not answer any more; what it had sent"
                " is recorded, and the same command continues from there"
            )

    def _check_refusals(self) -> None:
        """Raise UserError if every worker refuses a run."""
        if not self._refusals or time.monotonic() - self._doubted < DOUBTS:
            return
        self._doubted = time.monotonic()
        self._cluster.check_any_is_left(self._refusals, self._cluster.workers)

    def _fail_fast(self) -> None:
        failed = any(
            each.record is not None and each.record.status is Status.FAILED for each in self.ended
        )
        if self._options.fail_fast and failed and self._stopped is None:
            with suppress(OSError):
                self.stop(0)


def refusal_line(address: str, why: str) -> str:
    """Return the line about a worker that does no run, because its runs would differ."""
    return f"the worker {address} gets no run: it {why}"
