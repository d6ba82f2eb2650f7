"""The record of a run: its events put together, its status, and following it."""

import re
from pathlib import Path

import pytest
import records

from experiments.errors import DataError
from experiments.recording import (
    JOURNAL,
    Event,
    Journal,
    Record,
    RecordFollower,
    Status,
    describe_certificate,
    describe_end,
    encode,
    read_record,
    run_status,
)

PATH = Path("journal.jsonl")


def test_a_record_is_put_together_from_its_events() -> None:
    first, second, last = records.epoch(1), records.epoch(2), records.end()
    record = records.record(first, second, last)
    assert record.start == records.START
    assert record.epochs == [first, second]
    assert record.end == last
    assert record.time == last.time
    assert record.seconds == last.elapsed
    assert record.status is Status.FINISHED
    assert record.final


def test_a_run_is_untested_until_its_test_set_is_opened() -> None:
    closed = (*records.epochs(2), records.closed_end())
    record = records.record(*closed)
    assert record.untested
    assert record.final
    assert not records.record(*closed, records.resume(2)).untested
    assert not records.record(*closed, records.resume(2), records.end()).untested
    others = [Status.DIVERGED, Status.FAILED, Status.INTERRUPTED]
    assert not any(records.record(records.end(status)).untested for status in others)


def test_the_history_has_each_metric_by_epoch() -> None:
    record = records.record(records.epoch(1, cost=0.5), records.epoch(2, cost=0.25))
    assert record.history["cost"] == [0.5, 0.25]
    assert record.history["train/accuracy"] == [records.METRICS["train/accuracy"]] * 2
    assert records.record().history == {}


def test_no_events_are_no_record() -> None:
    assert Record.of([], PATH) is None


def test_a_run_without_an_end_is_interrupted() -> None:
    record = records.record(records.epoch(1))
    assert record.status is Status.INTERRUPTED
    assert not record.final


def test_a_resumed_run_has_no_end_until_it_ends_again() -> None:
    interrupted = [records.epoch(1), records.end(Status.INTERRUPTED), records.resume(1)]
    record = records.record(*interrupted)
    assert record.end is None
    record = records.record(*interrupted, records.epoch(2), records.end())
    assert record.status is Status.FINISHED
    assert len(record.epochs) == 2


def test_the_working_time_is_never_less_than_that_of_the_last_epoch() -> None:
    """The end that a sweep records for a dead process has no working time."""
    record = records.record(records.epoch(1, seconds=7.0), records.end(Status.FAILED))
    assert record.seconds == 7.0


@pytest.mark.parametrize(
    ("events", "message"),
    [
        ([records.epoch(1)], "its first event is not a start"),
        ([records.START, records.START], "it has a second start"),
        ([records.START, records.epoch(2)], "epoch 1 is missing"),
        ([records.START, records.epoch(1), records.epoch(1)], "epoch 2 is missing"),
    ],
)
def test_events_that_are_not_those_of_one_run_are_an_error(
    events: list[Event], message: str
) -> None:
    with pytest.raises(DataError, match=f"^{PATH}: .*{message}"):
        Record.of(events, PATH)


# Reading


def test_a_record_is_read_from_its_folder(tmp_path: Path) -> None:
    folder = records.write_run(tmp_path, "ab", records.epoch(1), records.end())
    record = read_record(folder)
    assert record is not None
    assert record.start.identity == "ab"
    assert record.status is Status.FINISHED
    assert len(record.epochs) == 1


def test_a_missing_or_empty_journal_is_no_record(tmp_path: Path) -> None:
    assert read_record(tmp_path / "missing") is None
    (tmp_path / JOURNAL).touch()
    assert read_record(tmp_path) is None


def test_a_journal_with_a_missing_epoch_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    folder = records.write_run(tmp_path, "ab", records.epoch(2))
    with pytest.raises(DataError, match=rf"^{re.escape(str(folder / JOURNAL))}: epoch 1"):
        read_record(folder)


# The status


def test_a_run_without_a_record_is_planned(tmp_path: Path) -> None:
    assert run_status(tmp_path / "missing", None) is Status.PLANNED


def test_a_run_is_running_while_its_journal_is_held(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert run_status(tmp_path, None) is Status.RUNNING
        journal.append(records.START)
        assert run_status(tmp_path, read_record(tmp_path)) is Status.RUNNING
    assert run_status(tmp_path, read_record(tmp_path)) is Status.INTERRUPTED


def test_a_run_that_has_ended_keeps_its_status_while_its_journal_is_held(tmp_path: Path) -> None:
    """A process that finds the run complete holds the journal for a moment."""
    folder = records.write_run(tmp_path, "ab", records.end())
    with Journal(folder):
        assert run_status(folder, read_record(folder)) is Status.FINISHED


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.FINISHED, "finished: test accuracy 87.50%, cost 0.3750, 61.2 s"),
        (Status.DIVERGED, "diverged: cost or norms became NaN or infinite in epoch 3"),
        (Status.FAILED, "failed: its process was ended by SIGSEGV"),
        (
            Status.INTERRUPTED,
            "interrupted: stopped by SIGINT after epoch 1; the same command resumes it",
        ),
    ],
)
def test_the_end_of_a_run_in_words(status: Status, words: str) -> None:
    assert describe_end(records.end(status)) == words


# Following


def test_a_follower_adds_the_new_events_to_its_record(tmp_path: Path) -> None:
    follower = RecordFollower(tmp_path)
    assert follower.update() == []
    assert (follower.record, follower.size) == (None, 0)
    with Journal(tmp_path) as journal:
        start = journal.append(records.START)
        assert follower.update() == [start]
        events = [journal.append(event) for event in (records.epoch(1), records.end())]
        assert follower.update() == events
    assert follower.update() == []
    assert follower.record == read_record(tmp_path)
    assert follower.size == journal.path.stat().st_size


def test_the_size_that_was_followed_leaves_out_a_torn_line(tmp_path: Path) -> None:
    records.write_journal(tmp_path, records.START)
    size = (tmp_path / JOURNAL).stat().st_size
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(encode(records.epoch(1))[:-5])
    follower = RecordFollower(tmp_path)
    assert len(follower.update()) == 1
    assert follower.size == size


def test_a_follower_begins_a_new_record_when_the_run_is_set_aside(tmp_path: Path) -> None:
    folder = records.write_journal(tmp_path / "run", records.START, records.end())
    follower = RecordFollower(folder)
    follower.update()
    with Journal(folder, aside=True) as journal:
        journal.append(records.start(name="again"))
    follower.update()
    assert follower.record is not None
    assert follower.record.start.name == "again"
    assert follower.record.end is None


@pytest.mark.parametrize("damage", [b"damaged\n", encode(records.epoch(7))])
def test_a_follower_has_no_record_of_a_damaged_journal(tmp_path: Path, damage: bytes) -> None:
    records.write_journal(tmp_path, records.START, records.end(Status.INTERRUPTED))
    follower = RecordFollower(tmp_path)
    follower.update()
    assert follower.record is not None
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(damage + encode(records.resume(0)))
    with pytest.raises(DataError):
        follower.update()
    assert follower.record is None


def test_a_follower_of_a_journal_without_a_start_reports_that(tmp_path: Path) -> None:
    records.write_journal(tmp_path, records.epoch(1))
    with pytest.raises(DataError, match="its first event is not a start"):
        RecordFollower(tmp_path).update()


def test_a_closed_test_set_is_said_without_its_numbers() -> None:
    assert describe_end(records.closed_end()) == "finished: the test set is closed, 61.2 s"


def test_an_end_by_the_schedule_is_said() -> None:
    by_schedule = "; its schedule ended the training after epoch 17"
    for end, whole in ((records.closed_end, records.closed_end()), (records.end, records.end())):
        assert describe_end(end(ended_after=17)) == describe_end(whole) + by_schedule


def test_a_follower_knows_that_the_journal_has_grown(tmp_path: Path) -> None:
    records.write_journal(tmp_path, records.START)
    follower = RecordFollower(tmp_path)
    assert follower.is_behind
    follower.update()
    assert not follower.is_behind
    records.write_journal(tmp_path, records.epoch(1))
    assert follower.is_behind


# A certificate


def test_the_certificate_is_the_last_one_that_was_made() -> None:
    assert records.record(records.epoch(1)).certificate is None
    wrong, right = records.certificate(0.5, 1e-9), records.certificate()
    record = records.record(wrong, records.end(Status.FAILED), records.resume(0), right)
    assert record.certificate == right


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ([3e-9, 2e-9], "the gradient is right: largest relative error 3e-09, tolerance 1e-05"),
        ([0.5, 1e-9], "the gradient of layer 1 is wrong: relative error 0.5, tolerance 1e-05"),
        ([1e-9, 2.0], "the gradient of layer 2 is wrong: it is not a number"),
        ([], "the gradient could not be checked: the initial cost is not finite"),
    ],
)
def test_a_certificate_is_described_in_words(errors: list[float], words: str) -> None:
    assert describe_certificate(records.certificate(errors=errors)) == words
