"""Worker processes: each does a job, and its end is recorded even if it cannot do so itself."""

import dataclasses
import faulthandler
import os
import resource
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import jobs
import msgspec
import pytest
import records

from experiments.interruption import SIGNALS
from experiments.recording import (
    JOURNAL,
    OUTPUT_LOG,
    Certificate,
    End,
    Epoch,
    Event,
    Journal,
    Note,
    RecordFollower,
    Resume,
    Start,
    Status,
    encode,
    read_record,
)
from experiments.running import Job
from experiments.sweeping.workers import (
    CONTEXT,
    CRASHES,
    NEVER_BEGAN,
    Followed,
    LastMessage,
    Worker,
    Workers,
    _Output,
)

pytestmark = pytest.mark.forks


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.job(tmp_path)


def worker_that(
    job: Job, action: Callable[[], object], message: LastMessage | None = None
) -> Worker:
    """Return a worker whose process sends a message, if there is one, and then acts."""
    receiver, sender = CONTEXT.Pipe(duplex=False)

    def work() -> None:
        if message is not None:
            sender.send((job.identity, message))
        sender.close()
        action()

    process = CONTEXT.Process(target=work)
    worker = Worker([Followed(job, RecordFollower(job.folder))], process, receiver)
    worker.events()
    process.start()
    sender.close()
    return worker


@contextmanager
def held_by_another_process(folder: Path) -> Iterator[None]:
    """Let another process hold a journal. A worker would inherit the lock of this process."""
    here, there = CONTEXT.Pipe()

    def hold() -> None:
        with Journal(folder):
            there.send("held")
            there.recv()

    process = CONTEXT.Process(target=hold)
    process.start()
    assert here.recv() == "held"
    try:
        yield
    finally:
        here.send("close")
        process.join()


def exits(code: int) -> Callable[[], NoReturn]:
    return lambda: os._exit(code)


def is_killed(signum: int) -> Callable[[], object]:
    def die() -> None:
        faulthandler.disable()  # pytest's own report of a crash
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.kill(os.getpid(), signum)

    return die


def conclude(worker: Worker) -> list[Event]:
    """Return the last events of the only run of a process."""
    return [event for _, event in worker.conclude()]


def end_of(events: list[Event]) -> End:
    """Return the end, which is the only new event."""
    (end,) = events
    assert isinstance(end, End)
    return end


def recorded_end(job: Job) -> End | None:
    record = read_record(job.folder)
    return record.end if record else None


def test_whoever_ended_a_process_can_say_why(job: Job) -> None:
    worker = worker_that(job, is_killed(signal.SIGKILL))
    last = LastMessage(Status.FAILED, "took too long")
    *_, end = [event for _, event in worker.conclude(last)]
    assert isinstance(end, End)
    assert (end.status, end.message) == (Status.FAILED, "took too long")
    assert recorded_end(job) == end
    assert worker.jobs[0].last == last


# The output of a process


def test_output_goes_to_the_folder_of_the_run_and_does_not_make_a_deleted_one_again(
    job: Job,
) -> None:
    def work() -> None:
        output = _Output()
        output.enter(job)
        os.write(1, b"hello")
        written = (job.folder / OUTPUT_LOG).read_bytes()
        shutil.rmtree(job.folder)
        output.enter(job)
        os._exit(0 if written == b"hello" and not job.folder.exists() else 1)

    process = CONTEXT.Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 0


# A process that has died


@pytest.mark.parametrize("signum", [signal.SIGKILL, signal.SIGTERM, signal.SIGUSR1])
def test_a_run_whose_process_is_killed_is_interrupted(job: Job, signum: signal.Signals) -> None:
    records.write_journal(job.folder, job.start(), records.epoch(1))
    worker = worker_that(job, is_killed(signum))
    end = end_of(conclude(worker))
    assert end.status is Status.INTERRUPTED
    assert end.message == f"its process was ended by {signum.name}"
    assert recorded_end(job) == end
    assert worker.jobs[0].record == read_record(job.folder)


@pytest.mark.parametrize("signum", CRASHES)
def test_a_run_whose_process_crashes_has_failed(job: Job, signum: signal.Signals) -> None:
    records.write_journal(job.folder, job.start(), records.epoch(1))
    end = end_of(conclude(worker_that(job, is_killed(signum))))
    assert end.status is Status.FAILED
    assert end.message == f"its process was ended by {signum.name}"
    assert recorded_end(job) == end


def test_a_run_whose_process_exits_with_an_unknown_code_has_failed(job: Job) -> None:
    records.write_journal(job.folder, job.start())
    end = end_of(conclude(worker_that(job, exits(3))))
    assert (end.status, end.message) == (Status.FAILED, "its exit code was 3")
    assert recorded_end(job) == end


@pytest.mark.parametrize("code", [0, *(128 + signum for signum in SIGNALS)])
def test_a_process_that_stops_before_its_run_starts_records_nothing(job: Job, code: int) -> None:
    worker = worker_that(job, exits(code))
    end = end_of(conclude(worker))
    assert (end.status, end.message) == (Status.INTERRUPTED, NEVER_BEGAN)
    assert not (job.folder / JOURNAL).exists()
    assert worker.jobs[0].record is not None
    assert worker.jobs[0].record.end == end


def test_a_killed_process_without_a_journal_records_nothing(job: Job) -> None:
    end = end_of(conclude(worker_that(job, is_killed(signal.SIGKILL))))
    assert end.status is Status.INTERRUPTED
    assert not (job.folder / JOURNAL).exists()


def test_a_failure_before_the_journal_is_recorded_with_a_start(job: Job) -> None:
    """So the run is not tried again by each sweep."""
    message = LastMessage(Status.FAILED, "no memory")
    start, end = conclude(worker_that(job, exits(1), message))
    assert isinstance(start, Start)
    assert isinstance(end, End)
    assert (start.identity, start.name) == (job.identity, job.name)
    assert (end.status, end.message) == (Status.FAILED, "no memory")
    assert recorded_end(job) == end


def test_an_end_that_the_process_has_recorded_stays(job: Job) -> None:
    records.write_journal(job.folder, job.start())
    message = LastMessage(Status.FAILED, "raised later")
    worker = worker_that(
        job,
        lambda: records.write_journal(job.folder, records.end(Status.FAILED, message="no memory")),
        message,
    )
    end = end_of(conclude(worker))
    assert end.message == "no memory"
    assert recorded_end(job) == end


def test_an_end_before_the_test_is_opened_is_no_success(job: Job) -> None:
    """The process could not read the data, for instance: the record of the training stays."""
    records.write_journal(job.folder, job.start(), records.closed_end())
    contents = (job.folder / JOURNAL).read_bytes()
    worker = worker_that(job, exits(0), LastMessage(Status.FAILED, "no data"))
    end = end_of(conclude(worker))
    assert (end.status, end.message) == (Status.FAILED, "no data")
    assert (job.folder / JOURNAL).read_bytes() == contents


def test_a_message_that_must_not_be_recorded_is_only_shown(job: Job) -> None:
    """A checkpoint of another machine: there the run can still continue."""
    events = (job.start(), records.epoch(1), records.end(Status.INTERRUPTED))
    records.write_journal(job.folder, *events)
    contents = (job.folder / JOURNAL).read_bytes()
    message = LastMessage(Status.FAILED, "another processor", recordable=False)
    worker = worker_that(job, exits(1), message)
    end = end_of(conclude(worker))
    assert (end.status, end.message) == (Status.FAILED, "another processor")
    assert worker.jobs[0].record is not None
    assert worker.jobs[0].record.status is Status.FAILED
    assert (job.folder / JOURNAL).read_bytes() == contents


def test_nothing_is_recorded_while_another_process_does_the_run(job: Job) -> None:
    with Journal(job.folder) as journal:
        journal.append(job.start())
        end = end_of(conclude(worker_that(job, is_killed(signal.SIGKILL))))
        assert end.message == "its process was ended by SIGKILL"
        assert len(journal.events) == 1
    assert recorded_end(job) is None


# Doing jobs


POLLS = 600
"""A test fails if a job takes so many polls, which is a minute."""


def poll_until(workers: Workers, done: Callable[[], bool]) -> list[tuple[str, Event]]:
    """Return the events up to the moment that a condition is true, with the names of the jobs."""
    events: list[tuple[str, Event]] = []
    for _ in range(POLLS):
        if done():
            return events
        events += [(job.name, event) for job, event in workers.poll()]
    raise AssertionError(f"not done after {POLLS} polls; so far: {events}")


def epochs_of(job: Job) -> list[Epoch]:
    record = read_record(job.folder)
    return record.epochs if record else []


def do(workers: Workers) -> list[tuple[str, Event]]:
    """Do all jobs; return their events with the names of the jobs."""
    return poll_until(workers, lambda: workers.done)


def test_the_events_of_every_job_are_returned_in_order(tmp_path: Path) -> None:
    two = [jobs.job(tmp_path, name=f"{seed}", seed=seed) for seed in range(2)]
    workers = Workers(two, processes=2, lockstep=1)
    events = do(workers)
    for job in two:
        kinds = [type(event) for name, event in events if name == job.name]
        assert kinds == [Start, Certificate, *[Epoch] * jobs.EPOCHS, End]
    assert {ended.job.name for ended in workers.ended} == {"0", "1"}
    for ended in workers.ended:
        assert ended.record == read_record(ended.job.folder)
        assert ended.record is not None
        assert ended.record.status is Status.FINISHED


def test_a_worker_computes_the_same_bits_as_this_process(tmp_path: Path) -> None:
    there, here = jobs.job(tmp_path / "there"), jobs.job(tmp_path / "here")
    (*_, (_, end)) = do(Workers([there], processes=1, lockstep=1))
    *_, expected = jobs.do(here)
    assert isinstance(end, End)
    assert isinstance(expected, End)
    assert end.metrics == expected.metrics


def test_events_that_were_recorded_before_are_not_returned(job: Job) -> None:
    records.write_journal(job.folder, job.start(), records.end(Status.INTERRUPTED))
    events = [event for _, event in do(Workers([job], processes=1, lockstep=1))]
    assert [type(event) for event in events] == [
        Resume,
        Certificate,
        *[Epoch] * jobs.EPOCHS,
        End,
    ]


def test_a_job_that_cannot_be_done_fails_with_its_message(job: Job) -> None:
    """A process has no network of a size that fits into no memory."""
    experiment = dataclasses.replace(job.experiment, sizes=[4, 10**14, 3])
    *_, (_, end) = do(
        Workers([dataclasses.replace(job, experiment=experiment)], processes=1, lockstep=1)
    )
    assert isinstance(end, End)
    assert end.status is Status.FAILED
    assert "Unable to allocate" in end.message
    assert recorded_end(job) == end


def test_a_damaged_journal_is_reported_even_if_it_begins_with_a_complete_part(job: Job) -> None:
    records.write_journal(job.folder, job.start(), records.end(Status.INTERRUPTED))
    with (job.folder / JOURNAL).open("ab") as file:
        file.write(b"damaged\n" + encode(records.resume(0)))
    contents = (job.folder / JOURNAL).read_bytes()
    ((_, end),) = do(Workers([job], processes=1, lockstep=1))
    assert isinstance(end, End)
    assert end.status is Status.FAILED
    assert "line 3 is damaged" in end.message
    assert (job.folder / JOURNAL).read_bytes() == contents


def test_a_checkpoint_of_another_origin_changes_no_record(job: Job) -> None:
    with pytest.raises(KeyboardInterrupt):
        jobs.do(job, interruption=jobs.StopAfter(1))
    contents = (job.folder / JOURNAL).read_bytes()
    changed = dataclasses.replace(job, origin=msgspec.structs.replace(job.origin, code="another"))
    job.folder.rename(changed.folder)
    ((_, end),) = do(Workers([changed], processes=1, lockstep=1))
    assert isinstance(end, End)
    assert end.status is Status.FAILED
    assert "this run cannot continue from the checkpoint" in end.message
    assert (changed.folder / JOURNAL).read_bytes() == contents


def test_no_more_processes_work_at_once_than_asked_for(tmp_path: Path) -> None:
    """With one process a job starts after the end of the job before it."""
    three = [jobs.job(tmp_path, name=f"{seed}", seed=seed) for seed in range(3)]
    events = do(Workers(three, processes=1, lockstep=1))
    assert [name for name, event in events if isinstance(event, Start | End)] == list("001122")


def test_the_output_of_a_process_goes_to_a_file_in_its_folder(
    job: Job, capfd: pytest.CaptureFixture[str]
) -> None:
    message = "another process is doing this run; waiting for it"
    with held_by_another_process(job.folder):
        workers = Workers([job], processes=1, lockstep=1)
        ((_, note),) = workers.poll()
        assert isinstance(note, Note)
        assert (note.message, note.recorded) == (message, False)
        log = job.folder / OUTPUT_LOG
        assert poll_until(workers, lambda: log.exists() and log.stat().st_size > 0) == []
    do(workers)
    assert log.read_text() == f"{message}\n"
    assert capfd.readouterr() == ("", "")


def test_a_job_that_no_other_process_does_comes_first(tmp_path: Path) -> None:
    two = [jobs.job(tmp_path, name=f"{seed}", seed=seed) for seed in range(2)]
    workers = Workers(two, processes=1, lockstep=1)
    with held_by_another_process(two[0].folder):
        events = poll_until(workers, lambda: bool(workers.ended))
        assert {name for name, _ in events} == {"1"}
    assert [name for name, event in do(workers) if isinstance(event, Start)] == ["0"]


def test_stopped_jobs_record_that_and_waiting_jobs_do_not_start(tmp_path: Path) -> None:
    endless = [jobs.job(tmp_path, name=f"{seed}", seed=seed, epochs=10**6) for seed in range(2)]
    workers = Workers(endless, processes=1, lockstep=1)
    poll_until(workers, lambda: bool(epochs_of(endless[0])))
    workers.stop(signal.SIGHUP)
    *_, (name, end) = do(workers)
    assert isinstance(end, End)
    assert (name, end.status) == ("0", Status.INTERRUPTED)
    assert end.message.startswith("stopped by SIGHUP after epoch ")
    assert not endless[1].folder.exists()


def test_stopping_does_nothing_when_no_job_runs(job: Job) -> None:
    workers = Workers([job], processes=1, lockstep=1)
    workers.stop(signal.SIGTERM)
    assert workers.done
