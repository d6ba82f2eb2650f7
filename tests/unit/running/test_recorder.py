"""The recorder: events go to the journal and to the record, with the working time."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import records

from experiments.errors import DataError
from experiments.recording import End, Epoch, Journal, Note, Status, read_record
from experiments.running.recorder import Recorder


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    """An empty journal."""
    with Journal(tmp_path) as journal:
        yield journal


def test_events_go_to_the_journal_and_to_the_record(journal: Journal, tmp_path: Path) -> None:
    recorder = Recorder(journal)
    assert (recorder.record, recorder.epochs) == (None, [])
    recorder.append(records.START)
    epoch = recorder.append(records.epoch(1))
    assert recorder.epochs == [epoch]
    assert recorder.record == read_record(tmp_path)


def test_an_appended_event_has_the_time_that_the_journal_gave_it(journal: Journal) -> None:
    recorder = Recorder(journal)
    start = recorder.append(records.START)
    assert start.time > records.START.time
    assert start == journal.events[0]


def test_epochs_and_the_end_have_the_working_time(journal: Journal) -> None:
    recorder = Recorder(journal)
    recorder.append(records.START)
    before = recorder.elapsed()
    events = [recorder.append(event) for event in (records.epoch(1), records.end())]
    after = recorder.elapsed()
    elapsed = [event.elapsed for event in events if isinstance(event, Epoch | End)]
    assert [before, *elapsed, after] == sorted([before, *elapsed, after])
    assert len(elapsed) == 2


def test_the_working_time_continues_at_that_of_earlier_processes(journal: Journal) -> None:
    for event in (records.START, records.epoch(1, seconds=1e6), records.end(Status.INTERRUPTED)):
        journal.append(event)
    assert Recorder(journal).elapsed() >= 1e6


def test_a_recorder_continues_the_record_of_its_journal(journal: Journal) -> None:
    for event in (records.START, records.epoch(1), records.end(Status.INTERRUPTED)):
        journal.append(event)
    recorder = Recorder(journal)
    assert recorder.record is not None
    assert recorder.record.status is Status.INTERRUPTED
    recorder.append(records.resume(1))
    assert recorder.record.end is None
    assert len(recorder.epochs) == 1


def test_a_message_is_recorded_once_in_a_row(journal: Journal) -> None:
    recorder = Recorder(journal)
    recorder.append(records.START)
    notes = [recorder.note(message) for message in ("one", "one", "two", "one")]
    assert [len(each) for each in notes] == [1, 0, 1, 1]
    messages = [event.message for event in journal.events if isinstance(event, Note)]
    assert messages == ["one", "two", "one"]


def test_an_event_that_cannot_follow_is_an_error(journal: Journal) -> None:
    with pytest.raises(DataError, match="its first event is not a start"):
        Recorder(journal).append(records.epoch(1))
