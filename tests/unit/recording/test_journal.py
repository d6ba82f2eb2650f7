"""Journals: what is appended is followed, to the last bit, whatever a crash leaves behind."""

import json
import math
import re
import shutil
import struct
import sys
import time
from pathlib import Path
from typing import Any

import harness
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.errors import DataError, UserError
from experiments.recording.journal import JOURNAL, Follower, Journal, encode, held
from experiments.recording.record import SWEEP, read_sweep

properties = settings(derandomize=True, deadline=None, max_examples=40)
finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)
fields = st.dictionaries(st.sampled_from(["id", "naïve\n", "metrics", '"']), values)
events = st.tuples(st.sampled_from(["start", "epoch", "end"]), fields)


def bits(value: float) -> bytes:
    return struct.pack(">d", value)


def write(folder: Path, *events: dict[str, Any], **options: Any) -> None:
    with Journal(folder, **options) as journal:
        for event in events:
            journal.append("epoch", event)


def numbers(folder: Path) -> list[int]:
    return [event["n"] for event in Follower(folder).events()]


@properties
@given(st.lists(events, max_size=4))
def test_what_is_appended_is_followed(
    tmp_path_factory: pytest.TempPathFactory, appended: list[tuple[str, dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    journal, follower = Journal(folder), Follower(folder)
    for event, content in appended:
        record = journal.append(event, content)
        (followed,) = follower.events()
        assert followed == record == {"event": event, "time": record["time"], **content}
    journal.close()
    assert list(follower.events()) == []
    assert [each["event"] for each in Follower(folder).events()] == [event for event, _ in appended]


@properties
@given(st.lists(finite, max_size=20))
def test_floats_come_back_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, floats: list[float]
) -> None:
    folder = tmp_path_factory.mktemp("run")
    write(folder, {"floats": [*floats, -0.0, 5e-324, 1.7976931348623157e308]})
    (event,) = Follower(folder).events()
    assert [bits(x) for x in event["floats"][:-3]] == [bits(x) for x in floats]
    assert [bits(x) for x in event["floats"][-3:]] == [
        bits(x) for x in (-0.0, 5e-324, 1.7976931348623157e308)
    ]


def test_an_event_is_one_line_with_its_time(tmp_path: Path) -> None:
    before = time.time()
    write(tmp_path, {"text": "two\nlines"}, {"n": 2})
    lines = (tmp_path / JOURNAL).read_bytes().split(b"\n")
    assert lines.pop() == b""
    first, second = map(json.loads, lines)
    assert first["text"] == "two\nlines"
    assert second["n"] == 2
    assert before <= first["time"] <= second["time"] <= time.time()


def test_times_never_go_backwards(tmp_path: Path) -> None:
    future = time.time() + 1e6
    (tmp_path / JOURNAL).write_bytes(encode({"event": "start", "time": future, "n": 1}))
    write(tmp_path, {"n": 2}, {"n": 3})
    assert [event["time"] for event in Follower(tmp_path).events()] == [future] * 3


def test_no_journal_has_no_events(tmp_path: Path) -> None:
    follower = Follower(tmp_path / "not yet there")
    assert list(follower.events()) == []
    (tmp_path / "not yet there").mkdir()
    write(tmp_path / "not yet there", {"n": 1})
    assert [event["n"] for event in follower.events()] == [1]


def test_a_torn_line_waits_until_it_is_whole(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1}, {"n": 2})
    path = tmp_path / JOURNAL
    whole = path.read_bytes()
    first_ends = whole.index(b"\n") + 1
    for torn_at in range(len(whole)):
        path.write_bytes(whole[:torn_at])
        follower = Follower(tmp_path)
        n_whole = int(torn_at >= first_ends)
        assert [event["n"] for event in follower.events()] == [1, 2][:n_whole]
        path.write_bytes(whole)
        assert [event["n"] for event in follower.events()] == [1, 2][n_whole:]


def test_opening_cuts_a_torn_line(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1}, {"n": 2})
    path = tmp_path / JOURNAL
    whole = path.read_bytes()
    first_ends = whole.index(b"\n") + 1
    for torn_at in range(len(whole) + 1):
        path.write_bytes(whole[:torn_at])
        follower = Follower(tmp_path)
        seen = [event["n"] for event in follower.events()]
        kept = [1] * (torn_at >= first_ends) + [2] * (torn_at == len(whole))
        with Journal(tmp_path) as journal:
            assert [event["n"] for event in journal.events] == kept
            journal.append("epoch", {"n": 3})
        assert seen == kept
        assert [event["n"] for event in follower.events()] == [3]
        assert numbers(tmp_path) == [*kept, 3]


def test_zeros_at_the_end_are_a_torn_line(tmp_path: Path) -> None:
    """Some file systems leave them behind when the power fails."""
    write(tmp_path, {"n": 1})
    with (tmp_path / JOURNAL).open("ab") as file:
        file.write(bytes(4096))
    assert numbers(tmp_path) == [1]
    write(tmp_path, {"n": 2})
    assert numbers(tmp_path) == [1, 2]


def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1})
    before = (tmp_path / JOURNAL).read_bytes()
    with Journal(tmp_path) as journal:
        (event,) = journal.events
        assert event["n"] == 1
        record = journal.append("epoch", {"n": 2})
        assert journal.events == [event, record]
    after = (tmp_path / JOURNAL).read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == 2


def changed_digits(contents: bytes) -> list[bytes]:
    """Return the contents with one digit changed, in each possible place."""
    return [
        contents[:place] + b"%d" % ((int(digit) + 1) % 10) + contents[place + 1 :]
        for place, digit in enumerate(map(chr, contents))
        if digit.isdigit()
    ]


def test_a_changed_digit_is_refused_before_the_last_line(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1}, {"n": 2, "cost": 0.25}, {"n": 3})
    path = tmp_path / JOURNAL
    first, second, third = path.read_bytes().splitlines(keepends=True)
    damaged = changed_digits(second)
    assert len(damaged) > 20
    for line in damaged:
        contents = first + line + third
        path.write_bytes(contents)
        with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: line 2 is damaged"):
            list(Follower(tmp_path).events())
        with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: line 2 is damaged"):
            Journal(tmp_path)
        assert path.read_bytes() == contents
    assert not held(tmp_path)


def test_a_changed_digit_in_the_last_line_counts_as_torn(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1}, {"n": 2, "cost": 0.25})
    path = tmp_path / JOURNAL
    first, second = path.read_bytes().splitlines(keepends=True)
    for line in changed_digits(second):
        path.write_bytes(first + line)
        assert numbers(tmp_path) == [1]
        write(tmp_path, {"n": 3})
        assert numbers(tmp_path) == [1, 3]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_are_refused(tmp_path: Path, number: float) -> None:
    journal = Journal(tmp_path)
    journal.append("epoch", {"n": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.append("epoch", {"metrics": {"train/cost": number}})
    journal.append("epoch", {"n": 2})
    journal.close()
    assert [event["n"] for event in Follower(tmp_path).events()] == [1, 2]


def test_a_deleted_journal_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with Journal(folder) as journal:
        journal.append("epoch", {"n": 1})
        shutil.rmtree(folder)
        with pytest.raises(UserError, match=rf"^{re.escape(str(journal.path))}: was deleted"):
            journal.append("epoch", {"n": 2})
    assert not folder.exists()


# Put aside


def test_a_journal_is_put_aside_with_all_that_lies_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, {"n": 0}, aside=True)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    for number in (1, 2):
        (folder / "network.npz").write_text(str(number))
        write(folder, {"n": number}, aside=True)
        assert numbers(folder) == [number]
        assert not (folder / "network.npz").exists()
        aside = folder.with_name(f"run.{number}")
        assert numbers(aside) == [number - 1]
        assert (aside / "network.npz").read_text() == str(number)


def test_a_damaged_journal_can_be_put_aside(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    write(folder, {"n": 1}, {"n": 2})
    damaged = (folder / JOURNAL).read_bytes().replace(b'"n": 1', b'"n": 4')
    (folder / JOURNAL).write_bytes(damaged)
    write(folder, {"n": 3}, aside=True)
    assert numbers(folder) == [3]
    assert (tmp_path / "run.1" / JOURNAL).read_bytes() == damaged


@pytest.mark.parametrize("new", [False, True])
def test_a_follower_follows_the_journal_that_took_the_place_of_its_own(
    tmp_path: Path, new: bool
) -> None:
    folder = tmp_path / "run"
    write(folder, {"n": 1}, {"n": 2})
    follower = Follower(folder, new=new)
    assert [event["n"] for event in follower.events()] == ([] if new else [1, 2])
    write(folder, {"n": 3}, aside=True)
    assert [event["n"] for event in follower.events()] == [3]
    write(folder, {"n": 4})
    assert [event["n"] for event in follower.events()] == [4]


# Several processes


WAIT = """
import sys
from pathlib import Path
from experiments.recording.journal import Journal

with Journal(Path(sys.argv[1]), waiting=lambda: print("waiting", flush=True)) as journal:
    print("has it after", *(event["n"] for event in journal.events), flush=True)
    journal.append("epoch", {"n": 9})
"""


def wait_until_it_waits(program: harness.Program, times: int) -> None:
    def waiting() -> bool:
        assert program.process.poll() is None, program.output
        return program.output.count("waiting") == times

    harness.wait_for(waiting, "process that waits")


def test_a_journal_is_held_while_it_is_open(tmp_path: Path) -> None:
    assert not held(tmp_path)
    with Journal(tmp_path):
        assert held(tmp_path)
    assert not held(tmp_path)


def test_another_process_waits_until_a_journal_is_closed(tmp_path: Path) -> None:
    """It has what was written meanwhile, which it could not if it had not waited."""
    folder = tmp_path / "run"
    with Journal(folder) as journal:
        journal.append("epoch", {"n": 1})
        command = [sys.executable, "-c", WAIT, folder]
        with harness.Program(command, tmp_path / "log") as program:
            wait_until_it_waits(program, 1)
            journal.append("epoch", {"n": 2})
            assert "has it" not in program.output
            journal.close()
            assert program.wait() == 0, program.output
            assert "has it after 1 2\n" in program.output
    assert numbers(folder) == [1, 2, 9]


def test_one_that_waits_gets_the_journal_that_took_the_place(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    first = Journal(folder)
    first.append("epoch", {"n": 1})
    command = [sys.executable, "-c", WAIT, folder]
    with harness.Program(command, tmp_path / "log") as program:
        wait_until_it_waits(program, 1)
        folder.rename(tmp_path / "run.1")  # as a rerun does
        with Journal(folder) as second:
            first.close()
            wait_until_it_waits(program, 2)
            second.append("epoch", {"n": 2})
        assert program.wait() == 0, program.output
        assert "has it after 2\n" in program.output
    assert (numbers(tmp_path / "run.1"), numbers(folder)) == ([1], [2, 9])


FULL = """
import resource, sys
from pathlib import Path
from experiments.recording.journal import Journal

room = int(sys.argv[2])
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
with Journal(Path(sys.argv[1])) as journal:
    journal.append("epoch", {"n": 1})
    size = journal.path.stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
    try:
        journal.append("epoch", {"n": 2})
    except OSError as error:
        print("refused:", error.strerror)
    assert journal.path.stat().st_size == size
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    journal.append("epoch", {"n": 3})
    print(*(event["n"] for event in journal.events))
"""


@pytest.mark.parametrize("room", [0, 10])
def test_a_write_that_fails_leaves_no_half_line(tmp_path: Path, room: int) -> None:
    """The file may not grow, or not by as much as a line."""
    command = [sys.executable, "-c", FULL, tmp_path / "run", str(room)]
    with harness.Program(command, tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        assert program.output == "refused: File too large\n1 3\n"
    assert numbers(tmp_path / "run") == [1, 3]


# Sweeps


def test_a_sweep_is_read_or_not_there(tmp_path: Path) -> None:
    assert read_sweep(tmp_path) is None
    run = {"name": "η=0.1", "identity": "0123"}
    record = {"id": "4567", "name": "η=0.1,1", "time": 1.5, "tracking": {}, "runs": [run]}
    line = encode(record)
    (tmp_path / SWEEP).write_bytes(line)
    assert read_sweep(tmp_path) == record
    (tmp_path / SWEEP).write_bytes(line.replace(b"0123", b"0122"))
    with pytest.raises(DataError, match="is damaged"):
        read_sweep(tmp_path)


@pytest.mark.parametrize("contents", ['{"name": "η=0.1", "ru', "[]", "", "{}"])
def test_what_is_no_record_of_a_sweep_is_refused(tmp_path: Path, contents: str) -> None:
    path = tmp_path / SWEEP
    path.write_text(contents, encoding="utf-8")
    with pytest.raises(DataError, match=rf"^{re.escape(str(path))}: "):
        read_sweep(tmp_path)
