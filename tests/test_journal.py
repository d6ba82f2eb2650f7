"""Journals: what is appended is followed, to the last bit, whatever a crash leaves behind."""

import json
import math
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.journal import JOURNAL, SWEEP, Follower, Journal, read_sweep

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


def write(folder: Path, *events: dict[str, Any]) -> None:
    journal = Journal(folder)
    for event in events:
        journal.append("epoch", event)
    journal.close()


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
    first, second = map(json.loads, (tmp_path / JOURNAL).read_bytes().splitlines())
    assert first["text"] == "two\nlines"
    assert second["n"] == 2
    assert before <= first["time"] <= second["time"] <= time.time()


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


def test_resuming_cuts_a_torn_line(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1}, {"n": 2})
    path = tmp_path / JOURNAL
    whole = path.read_bytes()
    first_ends = whole.index(b"\n") + 1
    for torn_at in range(len(whole) + 1):
        path.write_bytes(whole[:torn_at])
        follower = Follower(tmp_path)
        seen = [event["n"] for event in follower.events()]
        journal = Journal(tmp_path, resume=True)
        journal.append("epoch", {"n": 3})
        journal.close()
        kept = [1] * (torn_at >= first_ends) + [2] * (torn_at == len(whole))
        assert seen == kept
        assert [event["n"] for event in follower.events()] == [3]
        assert [event["n"] for event in Follower(tmp_path).events()] == [*kept, 3]


def test_resuming_may_begin_a_journal(tmp_path: Path) -> None:
    journal = Journal(tmp_path, resume=True)
    journal.append("end", {})
    journal.close()
    assert [event["event"] for event in Follower(tmp_path).events()] == ["end"]


def test_a_journal_is_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path, {"n": 1})
    before = (tmp_path / JOURNAL).read_bytes()
    with pytest.raises(FileExistsError):
        Journal(tmp_path)
    assert (tmp_path / JOURNAL).read_bytes() == before


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_are_refused(tmp_path: Path, number: float) -> None:
    journal = Journal(tmp_path)
    journal.append("epoch", {"n": 1})
    with pytest.raises(ValueError, match="not JSON compliant"):
        journal.append("epoch", {"metrics": {"train/cost": number}})
    journal.append("epoch", {"n": 2})
    journal.close()
    assert [event["n"] for event in Follower(tmp_path).events()] == [1, 2]


def test_a_sweep_is_read_or_not_there(tmp_path: Path) -> None:
    assert read_sweep(tmp_path) is None
    (tmp_path / SWEEP).write_text('{"name": "η=0.1"}', encoding="utf-8")
    assert read_sweep(tmp_path) == {"name": "η=0.1"}
