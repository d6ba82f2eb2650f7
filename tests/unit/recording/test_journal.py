"""Journals: appended events are read back, and a crash damages nothing before the last line."""

import fcntl
import math
import os
import re
import shutil
import time
from pathlib import Path

import pytest
import records
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.errors import DataError, StorageError
from experiments.recording import JOURNAL, Event, Follower, Journal, Note, encode, is_held
from experiments.recording.journal import parse

properties = trials(30)
EVENTS: list[Event] = [
    records.START,
    records.epoch(1),
    records.resume(1, batches=3),
    records.note("naïve\n"),
    records.end(),
]


def write(folder: Path, *messages: str, aside: bool = False) -> None:
    """Append a note for each message."""
    with Journal(folder, aside=aside) as journal:
        for message in messages:
            journal.append(Note(message=message))


def messages(source: Follower | Journal | Path) -> str:
    """Return the messages of notes, joined: those that a follower has not read, or all."""
    if isinstance(source, Journal):
        events: list[Event] = source.events
    else:
        events = list((Follower(source) if isinstance(source, Path) else source).events())
    return "".join(event.message for event in events if isinstance(event, Note))


# Catching up with a copy that was continued elsewhere


def test_a_journal_catches_up_with_its_copy(tmp_path: Path) -> None:
    write(tmp_path / "here", "1")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    write(tmp_path / "there", "2", "3")
    contents = (tmp_path / "there" / JOURNAL).read_bytes()
    follower = Follower(tmp_path / "here")
    assert messages(follower) == "1"
    with Journal(tmp_path / "here") as journal:
        for _ in range(2):
            assert journal.catch_up(contents)
            assert messages(journal) == "123"
        journal.append(Note(message="4"))
    assert messages(follower) == "234"
    assert (tmp_path / "here" / JOURNAL).read_bytes().startswith(contents)


def test_a_journal_that_is_no_copy_changes_nothing(tmp_path: Path) -> None:
    write(tmp_path / "here", "1", "2")
    write(tmp_path / "there", "1", "2", "3")
    before = (tmp_path / "here" / JOURNAL).read_bytes()
    with Journal(tmp_path / "here") as journal:
        assert not journal.catch_up((tmp_path / "there" / JOURNAL).read_bytes())
        assert not journal.catch_up(before[:-1])
        with pytest.raises(DataError, match="damaged"):
            journal.catch_up(before + b"garbage\n" + before)
    assert (tmp_path / "here" / JOURNAL).read_bytes() == before


# Appending and following


@properties
@given(st.lists(st.sampled_from(EVENTS), max_size=4))
def test_appended_events_are_followed(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    follower = Follower(folder)
    with Journal(folder) as journal:
        appended = []
        for event in events:
            appended.append(journal.append(event))
            assert list(follower.events()) == appended[-1:]
    assert list(follower.events()) == []
    assert list(Follower(folder).events()) == appended
    assert [type(event) for event in appended] == [type(event) for event in events]


def test_an_event_is_one_line_with_its_time(tmp_path: Path) -> None:
    write(tmp_path, "two\nlines", "2")
    lines = (tmp_path / JOURNAL).read_bytes().splitlines(keepends=True)
    first, second = Follower(tmp_path).events()
    assert lines == [encode(first), encode(second)]
    assert 1.7e9 < first.time <= second.time  # in seconds since 1970


def test_times_never_go_backwards(tmp_path: Path) -> None:
    future = time.time() + 1e6
    (tmp_path / JOURNAL).write_bytes(encode(Note(time=future, message="1")))
    write(tmp_path, "2", "3")
    assert [event.time for event in Follower(tmp_path).events()] == [future] * 3


def test_a_folder_without_a_journal_has_no_events(tmp_path: Path) -> None:
    folder = tmp_path / "missing"
    follower = Follower(folder)
    assert list(follower.events()) == []
    folder.mkdir()
    assert list(follower.events()) == []
    write(folder, "1")
    assert messages(follower) == "1"


def test_a_journal_continues_where_it_ended(tmp_path: Path) -> None:
    write(tmp_path, "1")
    before = (tmp_path / JOURNAL).read_bytes()
    with Journal(tmp_path) as journal:
        assert messages(journal) == "1"
        event = journal.append(Note(message="2"))
        assert journal.events[1:] == [event]
    after = (tmp_path / JOURNAL).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 2


def test_an_event_that_cannot_be_written_as_json_changes_nothing(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.append(Note(message="1"))
        with pytest.raises(ValueError, match="not JSON compliant"):
            journal.append(records.epoch(1, cost=math.nan))
        assert len(journal.events) == 1
        journal.append(Note(message="2"))
    assert messages(tmp_path) == "12"


def test_parsing_yields_each_event_with_its_end(tmp_path: Path) -> None:
    first, second = encode(Note(message="1")), encode(Note(message="2"))
    parsed = list(parse(first + second + b"torn", tmp_path))
    assert parsed == [
        (Note(message="1"), len(first)),
        (Note(message="2"), len(first) + len(second)),
    ]


# A crash


def torn_at(contents: bytes) -> list[int]:
    """Return lengths at which a crash can cut a file: around each line's end, and between."""
    ends = [place + 1 for place, byte in enumerate(contents) if byte == ord("\n")]
    near = {end + distance for end in ends for distance in (-2, -1, 0, 1, 2)}
    return sorted(near & set(range(len(contents))) | set(range(0, len(contents), 7)))


def test_a_follower_waits_until_a_torn_line_is_complete(tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    path = tmp_path / JOURNAL
    contents = path.read_bytes()
    first_line = contents.index(b"\n") + 1
    for length in torn_at(contents):
        path.write_bytes(contents[:length])
        follower = Follower(tmp_path)
        complete = "1" if length >= first_line else ""
        assert messages(follower) == complete
        path.write_bytes(contents)
        assert messages(follower) == "12"[len(complete) :]


def test_opening_removes_a_torn_line(tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    path = tmp_path / JOURNAL
    contents = path.read_bytes()
    first_line = contents.index(b"\n") + 1
    for length in [*torn_at(contents), len(contents)]:
        path.write_bytes(contents[:length])
        follower = Follower(tmp_path)
        kept = "1" * (length >= first_line) + "2" * (length == len(contents))
        assert messages(follower) == kept
        with Journal(tmp_path) as journal:
            assert messages(journal) == kept
            journal.append(Note(message="3"))
        assert messages(follower) == "3"
        assert messages(tmp_path) == f"{kept}3"


def test_zeros_at_the_end_are_a_torn_line(tmp_path: Path) -> None:
    """Some file systems leave zeros when the power fails."""
    write(tmp_path, "1")
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(bytes(4096))
    assert messages(tmp_path) == "1"
    write(tmp_path, "2")
    assert messages(tmp_path) == "12"


def changed_digits(contents: bytes) -> list[bytes]:
    """Return the contents with one digit changed, in each possible place."""
    return [
        contents[:place] + b"%d" % ((int(digit) + 1) % 10) + contents[place + 1 :]
        for place, digit in enumerate(map(chr, contents))
        if digit.isdigit()
    ]


def test_damage_before_the_last_line_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    write(tmp_path, "1", "2", "3")
    path = tmp_path / JOURNAL
    first, second, third = path.read_bytes().splitlines(keepends=True)
    message = rf"^{re.escape(str(path))}: line 2 is damaged.*rerun=true"
    damaged = changed_digits(second)
    assert len(damaged) > 20
    for line in damaged:
        contents = first + line + third
        path.write_bytes(contents)
        with pytest.raises(DataError, match=message):
            list(Follower(tmp_path).events())
        with pytest.raises(DataError, match=message):
            Journal(tmp_path)
        assert path.read_bytes() == contents
    assert not is_held(tmp_path)


def test_a_damaged_last_line_counts_as_torn(tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    path = tmp_path / JOURNAL
    first, second = path.read_bytes().splitlines(keepends=True)
    for line in changed_digits(second):
        path.write_bytes(first + line)
        assert messages(tmp_path) == "1"
        write(tmp_path, "3")
        assert messages(tmp_path) == "13"


def test_a_follower_names_the_line_of_the_file_that_is_damaged(tmp_path: Path) -> None:
    write(tmp_path, "1", "2")
    follower = Follower(tmp_path)
    assert messages(follower) == "12"
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(b"damaged\n" + encode(Note(message="4")))
    with pytest.raises(DataError, match="line 3 is damaged"):
        list(follower.events())


def test_lines_are_counted_from_the_first_line_of_a_new_journal(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, "1", "2")
    follower = Follower(folder)
    assert messages(follower) == "12"
    write(folder, "3", aside=True)
    with (folder / JOURNAL).open("ab") as file:
        file.write(b"damaged\n" + encode(Note(message="4")))
    with pytest.raises(DataError, match="line 2 is damaged"):
        list(follower.events())


def test_a_line_of_another_version_is_an_error_even_if_it_is_the_last(tmp_path: Path) -> None:
    write(tmp_path, "1")
    path = tmp_path / JOURNAL
    with path.open("ab") as file:
        file.write(encode(records.sweep_record()))
    contents = path.read_bytes()
    for read in (lambda: list(Follower(tmp_path).events()), lambda: Journal(tmp_path)):
        with pytest.raises(DataError, match="line 2 was written by another version"):
            read()
    assert path.read_bytes() == contents


def test_a_deleted_journal_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with Journal(folder) as journal:
        journal.append(Note(message="1"))
        assert journal.lost == ""
        shutil.rmtree(folder)
        with pytest.raises(StorageError, match=rf"^{re.escape(str(journal.path))}: was deleted"):
            journal.append(Note(message="2"))
        assert str(journal.path) in journal.lost
    assert not folder.exists()


# Setting aside


def test_a_folder_is_set_aside_with_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, "0", aside=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    for number in (1, 2):
        (folder / "network.npz").write_text(str(number))
        write(folder, str(number), aside=True)
        assert messages(folder) == str(number)
        assert not (folder / "network.npz").exists()
        aside = folder.with_name(f"run.{number}")
        assert messages(aside) == str(number - 1)
        assert (aside / "network.npz").read_text() == str(number)


def test_a_damaged_journal_can_be_set_aside(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, "1", "2")
    damaged = (folder / JOURNAL).read_bytes().replace(b'"1"', b'"4"')
    (folder / JOURNAL).write_bytes(damaged)
    write(folder, "3", aside=True)
    assert messages(folder) == "3"
    assert (tmp_path / "run.1" / JOURNAL).read_bytes() == damaged


def test_a_follower_reads_the_journal_that_replaces_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, "1", "2")
    follower = Follower(folder)
    assert messages(follower) == "12"
    write(folder, "3", aside=True)
    assert messages(follower) == "3"
    write(folder, "4")
    assert messages(follower) == "4"


# The lock


def test_a_journal_is_held_while_it_is_open(tmp_path: Path) -> None:
    assert not is_held(tmp_path)
    with Journal(tmp_path):
        assert is_held(tmp_path)
        with pytest.raises(BlockingIOError):
            Journal(tmp_path, wait=False)
        assert is_held(tmp_path)
    assert not is_held(tmp_path)


def test_asking_for_the_lock_does_not_keep_a_writer_out(tmp_path: Path) -> None:
    """`is_held` has a shared lock for a moment; the journal tries more than once."""
    write(tmp_path, "1")
    tries = []

    class Reader:
        """Another reader of the file, which gives up its lock after the second try."""

        def __init__(self) -> None:
            self.file = (tmp_path / JOURNAL).open("rb")
            fcntl.flock(self.file, fcntl.LOCK_SH | fcntl.LOCK_NB)

        def sleep(self, seconds: float) -> None:
            tries.append(seconds)
            if len(tries) == 2:
                self.file.close()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.recording.journal.time.sleep", Reader().sleep)
        with Journal(tmp_path, wait=False) as journal:
            assert messages(journal) == "1"
    assert len(tries) == 2


JUNK = [b"garbage", b"garbage\n", b'{"a": 1}', b'{"a": 1}\n', bytes(range(1, 256)), b"\n", b"[1"]


@pytest.mark.parametrize("contents", JUNK)
def test_a_file_of_another_kind_is_no_journal(tmp_path: Path, contents: bytes) -> None:
    path = tmp_path / JOURNAL
    path.write_bytes(contents)
    message = f"{path}: is damaged: its first line is no start event; rerun=true"
    with pytest.raises(DataError, match=re.escape(message)):
        list(Follower(tmp_path).events())
    with pytest.raises(DataError, match=re.escape(message)):
        Journal(tmp_path)
    assert path.read_bytes() == contents


def test_a_complete_first_line_with_a_wrong_checksum_is_damaged(tmp_path: Path) -> None:
    write(tmp_path, "1")
    path = tmp_path / JOURNAL
    for line in changed_digits(path.read_bytes()):
        path.write_bytes(line)
        with pytest.raises(DataError, match="line 1 is damaged"):
            list(Follower(tmp_path).events())


@pytest.mark.parametrize("zeros", [b"", b"\0" * 100])
def test_a_crash_during_the_start_leaves_no_event(tmp_path: Path, zeros: bytes) -> None:
    write(tmp_path, "1")
    path = tmp_path / JOURNAL
    line = path.read_bytes()
    for length in range(len(line)):
        path.write_bytes(line[:length] + zeros)
        assert messages(tmp_path) == ""


def test_a_fifo_is_no_journal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / JOURNAL)
    for read in (lambda: list(Follower(tmp_path).events()), lambda: Journal(tmp_path)):
        with pytest.raises(DataError, match=f"{JOURNAL}: is no file"):
            read()
    assert not is_held(tmp_path)
