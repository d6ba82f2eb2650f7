"""A record as a line: to the last bit, and damage is noticed."""

import json
import math
import struct
from typing import Any

import msgspec
import pytest
import records
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.recording import Epoch, Event, Note, VersionError, decode, encode

properties = trials(60)
finite = st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def bits(value: float) -> bytes:
    return struct.pack(">d", value)


def epoch(*numbers: float) -> Epoch:
    metrics = {str(place): number for place, number in enumerate(numbers)}
    return Epoch(time=1.5, epoch=1, metrics=metrics, elapsed=2.5)


@properties
@given(st.lists(finite, max_size=20))
def test_floats_are_read_back_to_the_last_bit(floats: list[float]) -> None:
    numbers = [*floats, -0.0, 5e-324, 1.7976931348623157e308]
    decoded = decode(encode(epoch(*numbers)), Event)
    assert isinstance(decoded, Epoch)
    assert [bits(x) for x in decoded.metrics.values()] == [bits(x) for x in numbers]


@properties
@given(st.dictionaries(st.text(), values, max_size=3))
def test_options_of_any_kind_are_read_back(options: dict[str, Any]) -> None:
    start = records.start(config={"dataset": options})
    line = encode(start)
    assert line.count(b"\n") == 1
    assert decode(line, Event) == start


@pytest.mark.parametrize("text", ["naïve\n", '", "crc32": 1}', "\0", "caf\udce9"])
def test_any_text_is_read_back(text: str) -> None:
    """The last text is a file name that is not valid Unicode."""
    note = Note(time=1.0, message=text)
    assert decode(encode(note), Event) == note


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_numbers_that_json_lacks_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        encode(epoch(number))


def test_a_line_is_json_that_any_tool_reads() -> None:
    fields = json.loads(encode(Note(time=1.0, message="η")))
    fields.pop("crc32")
    assert fields == {"event": "note", "time": 1.0, "message": "η"}


def test_an_incomplete_line_is_nothing() -> None:
    line = encode(epoch(0.25))
    assert [decode(line[:length], Event) for length in range(len(line))] == [None] * len(line)


def test_a_line_with_a_changed_digit_is_nothing() -> None:
    line = encode(epoch(0.25))
    damaged = [
        line[:place] + b"%d" % ((int(digit) + 1) % 10) + line[place + 1 :]
        for place, digit in enumerate(map(chr, line))
        if digit.isdigit()
    ]
    assert len(damaged) > 10
    assert [decode(each, Event) for each in damaged] == [None] * len(damaged)


class Other(msgspec.Struct, tag_field="event", tag="other"):
    """An event that this version does not know."""


class Older(msgspec.Struct, tag_field="event", tag="note"):
    """A note with another field than this version's."""

    text: str


@pytest.mark.parametrize("record", [Other(), Older("hello"), records.sweep_record()])
def test_a_record_of_another_type_is_of_another_version(record: msgspec.Struct) -> None:
    with pytest.raises(VersionError):
        decode(encode(record), Event)
