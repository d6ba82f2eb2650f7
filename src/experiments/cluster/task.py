"""The task that does a run on a Dask worker: it gives the run to a runner, and watches its folder.

After each epoch it sends what is recorded to the scheduler. So a run whose worker died goes on
elsewhere, and the client can copy it home while it goes on.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.cluster.commands import Answer, Command
from experiments.cluster.flight import Flight, key_of
from experiments.cluster.host_data import keep
from experiments.cluster.messages import DATA, REFUSAL_PAUSE, TOPIC, Outcome, Spec
from experiments.cluster.runners import Runner, RunnerError, Runners
from experiments.cluster.snapshot import Snapshot
from experiments.recording import JOURNAL, Status, run_folder
from experiments.sweeping import LastMessage

POLL = 0.05
"""Seconds between two looks at the folder of the run."""
RUNNERS = Runners()


def do(spec: Spec) -> Outcome:
    """Do a run, or the rest of it, on this worker; return its record.

    Raise `distributed.Reschedule` if this worker must not do it, so that another one gets it.
    """
    from distributed import Reschedule, get_client, get_worker

    worker = get_worker()
    place = Place(
        name=_name(worker),
        folder=Path(worker.local_directory),
        say=lambda **words: worker.log_event(TOPIC, {"identity": spec.identity, **words}),
        cancelled=lambda: _is_cancelled(worker, key_of(spec.identity)),
    )
    client = get_client()
    flight = Flight(client, spec.identity)
    attempt = Attempt(spec, flight, place, fetch=lambda: client.get_dataset(DATA + spec.data))
    with RUNNERS.one(spec.client, place.folder) as runner:
        outcome = attempt.do(runner)
    if outcome.refusal:
        place.say(refusal=outcome.refusal, address=str(worker.address))
        _pause(place.cancelled)
        if not place.cancelled():
            raise Reschedule
    return outcome


@dataclass(frozen=True)
class Place:
    """A Dask worker as a task sees it: its name, its folder, and how it talks to the client."""

    name: str
    folder: Path
    say: Callable[..., None]
    cancelled: Callable[[], bool]


class Attempt:
    """One worker's attempt to do a run. ``fetch`` returns the files of its data by name."""

    def __init__(
        self, spec: Spec, flight: Flight, place: Place, *, fetch: Callable[[], dict[str, bytes]]
    ) -> None:
        self._spec = spec
        self._flight = flight
        self._place = place
        self._fetch = fetch
        self._number = 1
        self._sent = 0  # bytes of the journal

    def do(self, runner: Runner) -> Outcome:
        """Do the run with a runner, from what is known of it."""
        before = self._flight.begin(self._spec.token, self._place.name)
        self._number = len(before) + 1
        known = self._spec.known
        if before:
            flown = self._flight.read(self._spec.token)
            known = flown if flown.journal else known
        failure = self._failure(before)
        self._place.say(worker=self._place.name, attempt=self._number, after=before[-1:])
        outputs = Path(tempfile.mkdtemp(prefix="run-", dir=self._place.folder))
        try:
            folder = run_folder(outputs, self._spec.identity)
            known.restore(folder)
            self._sent = len(known.journal)
            answer = self._run(runner, outputs, folder, failure)
            snapshot = Snapshot.of(folder)
        finally:
            shutil.rmtree(outputs, ignore_errors=True)
        if answer.refusal:
            self._flight.retract(self._spec.token, self._number)
        else:
            self._send(snapshot)
        return Outcome(
            worker=self._place.name, refusal=answer.refusal, last=answer.last, snapshot=snapshot
        )

    def _failure(self, before: list[str]) -> str:
        """Return why the run is not tried once more; an empty text if it is."""
        if len(before) <= self._spec.retries:
            return ""
        times = "once" if len(before) == 1 else f"{len(before)} times"
        return (
            f"its worker died {times} (hydra.launcher.retries={self._spec.retries}), the last time"
            f" {before[-1]}"
        )

    def _run(self, runner: Runner, outputs: Path, folder: Path, failure: str) -> Answer:
        command = Command(
            job=self._spec.job,
            outputs=str(outputs),
            worker=self._place.name,
            failure=failure,
            time_limit=self._spec.time_limit,
        )
        try:
            answer = self._watched(runner, command, folder)
            if answer.missing_data:
                keep(answer.missing_data, self._fetch())
                answer = self._watched(runner, command, folder)
        except RunnerError as error:
            text = f"{self._place.name}: {error}"
            return Answer(last=LastMessage(Status.FAILED, text))
        except (KeyError, OSError) as error:
            text = f"{self._place.name}: the data could not be fetched: {error}"
            return Answer(last=LastMessage(Status.INTERRUPTED, text))
        return answer

    def _watched(self, runner: Runner, command: Command, folder: Path) -> Answer:
        """Let the runner do a command. Meanwhile send what the run records, and stop it on demand.

        A run that was cancelled, and is wanted again before it has stopped, is begun again.
        """
        while True:
            runner.send(command)
            stopped = False
            while (answer := runner.answer(POLL)) is None:
                if not stopped and self._unwanted():
                    runner.stop()
                    stopped = True
                self._look(folder)
            if not stopped or self._unwanted():
                return answer

    def _unwanted(self) -> bool:
        return self._place.cancelled()

    def _look(self, folder: Path) -> None:
        """Send the state of the run if the journal has changed."""
        try:
            size = (folder / JOURNAL).stat().st_size
        except FileNotFoundError:
            return
        if size == self._sent:
            return
        snapshot = Snapshot.of(folder)
        if len(snapshot.journal) != self._sent and not snapshot.ended:
            self._send(snapshot)

    def _send(self, snapshot: Snapshot) -> None:
        """Send a snapshot, unless another worker does the run now.

        If the scheduler cannot be reached, the next snapshot is sent.
        """
        try:
            if self._flight.is_attempt(self._spec.token, self._number):
                self._flight.write(self._spec.token, snapshot)
                self._place.say(
                    sent=len(snapshot.journal), ended=snapshot.ended, worker=self._place.name
                )
        except OSError:
            return
        self._sent = len(snapshot.journal)


def _pause(cancelled: Callable[[], bool]) -> None:
    """Leave other workers the time to take a run that this one refuses."""
    end = time.monotonic() + REFUSAL_PAUSE
    while time.monotonic() < end and not cancelled():
        time.sleep(POLL)


def _is_cancelled(worker: Any, key: str) -> bool:
    """Return whether no client waits for the result of a task any more."""
    task = worker.state.tasks.get(key)
    return task is None or task.state not in ("executing", "long-running", "resumed")


def _name(worker: Any) -> str:
    """Return how a worker is called in messages: its name, if it has one, and its address."""
    address = str(worker.address)
    return address if str(worker.name) == address else f"{worker.name} ({address})"
