"""The task on a worker: an attempt to do a run, and when it is given up."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import jobs
import pytest
from jobs import BATCHES, StopAfter

from experiments.cluster.agreement import packed
from experiments.cluster.flight import Flight
from experiments.cluster.messages import Outcome, Spec
from experiments.cluster.runners import Runners
from experiments.cluster.snapshot import Snapshot
from experiments.cluster.task import Attempt, Place
from experiments.interruption import Interrupted
from experiments.recording import CHECKPOINT, Record, Resume, read_record
from experiments.recording.journal import parse
from experiments.running import Job

ENDLESS = 10_000_000


class Worker:
    """A worker in this process: it does attempts, and keeps what they say."""

    def __init__(self, client: Any, folder: Path) -> None:
        self.flight = Flight(client, "0123456789abcdef")
        self.said: list[dict[str, Any]] = []
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def do(
        self,
        job: Job,
        *,
        known: Snapshot | None = None,
        retries: int = 2,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Outcome:
        """Do the run of a job as the next attempt."""
        spec = Spec(
            identity=job.identity,
            token="token",
            client="client",
            job=packed(job),
            known=known or Snapshot(),
            data=job.origin.data,
            retries=retries,
            time_limit=None,
        )
        place = Place("w0", self._folder, lambda **words: self.said.append(words), cancelled)
        attempt = Attempt(spec, self.flight, place, fetch=dict)
        runners = Runners()
        with runners.one("client", self._folder) as runner:
            outcome = attempt.do(runner)
        runners.close()
        return outcome


@pytest.fixture
def worker(client: Any, tmp_path: Path) -> Worker:
    return Worker(client, tmp_path / "scratch")


def events(outcome: Outcome) -> list[Any]:
    return [event for event, _ in parse(outcome.snapshot.journal, Path("journal.jsonl"))]


def record(outcome: Outcome) -> Record:
    found = Record.of(events(outcome), Path("outputs/runs/x/journal.jsonl"))
    assert found is not None
    return found


def stopped(job: Job) -> Snapshot:
    """Return what is recorded of a run that was stopped in its second epoch."""
    with pytest.raises(Interrupted):
        jobs.do(job, interruption=StopAfter(BATCHES + 1))
    return Snapshot.of(job.folder)


def test_a_run_is_done_and_its_state_is_on_the_scheduler(worker: Worker, tmp_path: Path) -> None:
    outcome = worker.do(jobs.job(tmp_path))
    assert record(outcome).final
    assert worker.flight.read("token") == outcome.snapshot
    assert worker.said[0] == {"worker": "w0", "attempt": 1, "after": []}
    sent = len(outcome.snapshot.journal)
    assert worker.said[-1] == {"sent": sent, "ended": True, "worker": "w0"}
    assert not list((tmp_path / "scratch").glob("run-*"))


def test_a_run_continues_from_what_is_known_at_home(worker: Worker, tmp_path: Path) -> None:
    outcome = worker.do(jobs.job(tmp_path), known=stopped(jobs.job(tmp_path)))
    assert [event.epoch for event in events(outcome) if isinstance(event, Resume)] == [1]
    assert record(outcome).final


def test_a_later_attempt_continues_from_what_the_first_has_sent(
    worker: Worker, tmp_path: Path
) -> None:
    job = jobs.job(tmp_path)
    worker.flight.begin("token", "dead")
    worker.flight.write("token", stopped(job))
    outcome = worker.do(job)
    assert worker.said[0] == {"worker": "w0", "attempt": 2, "after": ["dead"]}
    assert [event.epoch for event in events(outcome) if isinstance(event, Resume)] == [1]


def test_after_too_many_attempts_the_run_has_failed(worker: Worker, tmp_path: Path) -> None:
    for name in ("first", "second"):
        worker.flight.begin("token", name)
    outcome = worker.do(jobs.job(tmp_path), retries=1)
    end = record(outcome).end
    assert end is not None
    message = "its worker died 2 times (hydra.launcher.retries=1), the last time second"
    assert end.message == message
    assert record(outcome).epochs == []


def test_a_cancelled_run_stops_after_a_checkpoint(worker: Worker, tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=ENDLESS)
    outcome = worker.do(job, cancelled=lambda: len(worker.said) > 1)
    end = record(outcome).end
    assert end is not None
    assert end.message.startswith("stopped by SIGTERM after epoch ")
    assert outcome.snapshot.checkpoint


def test_an_attempt_that_another_has_replaced_sends_nothing(worker: Worker, tmp_path: Path) -> None:
    def replaced() -> bool:
        if len(worker.said) > 1:
            worker.flight.begin("token", "another")
            return True
        return False

    outcome = worker.do(jobs.job(tmp_path, epochs=ENDLESS), cancelled=replaced)
    sent = worker.flight.read("token").journal
    assert outcome.snapshot.journal.startswith(sent)
    assert len(sent) < len(outcome.snapshot.journal)
    assert not any(words.get("ended") for words in worker.said)


def test_a_worker_that_refuses_records_nothing(worker: Worker, tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    object.__setattr__(job, "origin", jobs.job(tmp_path, seed=5).origin)
    outcome = worker.do(job)
    assert outcome.refusal.endswith("seed was 5, is 0")
    assert outcome.snapshot == Snapshot()
    assert worker.flight.read("token") == Snapshot()
    assert worker.flight.begin("token", "another worker") == []  # it is no attempt
    assert read_record(job.folder) is None
    assert not (job.folder / CHECKPOINT).exists()
