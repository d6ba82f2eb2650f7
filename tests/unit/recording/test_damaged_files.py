"""Damaged journals and sweep records: nothing is read that was not written."""

from pathlib import Path

import pytest
import records
from damage import NOT_JSON, Damage, check_message, damages, many_examples
from hypothesis import given
from hypothesis import strategies as st

from experiments.errors import DataError
from experiments.recording import (
    JOURNAL,
    SWEEP_RECORD,
    Epoch,
    Event,
    Follower,
    Journal,
    Record,
    read_sweep,
)

EVENTS = (
    records.START,
    records.epoch(1),
    records.note("naïve"),
    records.resume(1),
    records.epoch(2),
    records.epoch(3),
    records.end(),
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Event], bytes]:
    """Return the events of a journal, and the contents of its file."""
    folder = records.write_journal(tmp_path_factory.mktemp("run"), *EVENTS)
    return list(Follower(folder).events()), (folder / JOURNAL).read_bytes()


def read(folder: Path) -> tuple[list[Event], bool]:
    """Return the events of a journal before the first refused line; true if one is refused."""
    events: list[Event] = []
    try:
        events.extend(Follower(folder).events())
    except DataError as error:
        check_message(error, f"{folder / JOURNAL}: ")
        return events, True
    return events, False


@many_examples
@given(damages())
def test_a_damaged_journal_has_only_events_that_were_written(
    written: tuple[list[Event], bytes], tmp_path: Path, damage: Damage
) -> None:
    before, whole = written
    contents = damage(whole)
    (tmp_path / JOURNAL).write_bytes(contents)
    events, refused = read(tmp_path)
    assert all(event in before for event in events)
    try:
        record = Record.of(events, tmp_path / JOURNAL)
    except DataError:
        refused = True
    else:
        epochs = [event for event in before if isinstance(event, Epoch)]
        found = record.epochs if record else []
        assert found == epochs[: len(found)]
    if not refused and not whole.startswith(contents):
        with Journal(tmp_path) as journal:  # what can be read can be continued
            assert journal.events == events


@many_examples
@given(st.binary(max_size=300))
def test_a_journal_of_any_bytes_has_no_events(tmp_path: Path, contents: bytes) -> None:
    (tmp_path / JOURNAL).write_bytes(contents)
    assert read(tmp_path)[0] == []


@many_examples
@given(st.binary(max_size=100) | st.sampled_from(NOT_JSON) | damages())
def test_a_damaged_sweep_record_is_the_same_or_refused_in_one_line(
    tmp_path: Path, contents: bytes | Damage
) -> None:
    whole = records.sweep_record(["1" * 16, "2" * 16])
    folder = records.write_sweep_record(tmp_path, whole)
    if not isinstance(contents, bytes):
        contents = contents((folder / SWEEP_RECORD).read_bytes())
    (folder / SWEEP_RECORD).write_bytes(contents)
    try:
        assert read_sweep(folder) == whole
    except DataError as error:
        check_message(error)
