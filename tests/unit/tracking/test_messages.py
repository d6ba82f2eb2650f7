"""Messages through a pipe: they arrive complete, in order, and nobody waits for them."""

import os
from collections.abc import Iterator
from typing import IO

import pytest

from experiments.tracking import Message, MirrorProgress, StoreWarning, encode_message
from experiments.tracking.messages import MessageReader

MESSAGES: list[Message] = [
    StoreWarning("database is locked"),
    MirrorProgress(3, 20),
    StoreWarning('two\nlines, "quotes" and ü'),
    StoreWarning(""),
    MirrorProgress(20, 20),
    StoreWarning("/tmp/\udcff: a name that is not valid Unicode"),
]


@pytest.fixture
def pipe() -> Iterator[tuple[MessageReader, IO[bytes]]]:
    """A reader at one end of a pipe, and the other end."""
    reading, writing = os.pipe()
    with (
        os.fdopen(reading, "rb", buffering=0) as source,
        os.fdopen(writing, "wb", buffering=0) as target,
    ):
        yield MessageReader(source), target


def test_messages_arrive_in_order(pipe: tuple[MessageReader, IO[bytes]]) -> None:
    reader, target = pipe
    for message in MESSAGES:
        target.write(encode_message(message))
    assert reader.read() == MESSAGES
    assert reader.read() == []


@pytest.mark.parametrize("message", MESSAGES)
def test_a_message_is_one_line(message: Message) -> None:
    assert encode_message(message).count(b"\n") == 1


def test_a_reader_does_not_wait_for_messages(pipe: tuple[MessageReader, IO[bytes]]) -> None:
    reader, _ = pipe
    assert reader.read() == []


def test_an_incomplete_message_arrives_when_it_is_complete(
    pipe: tuple[MessageReader, IO[bytes]],
) -> None:
    reader, target = pipe
    line = b"".join(map(encode_message, MESSAGES))
    received = []
    for byte in line:
        target.write(bytes([byte]))
        received += reader.read()
    assert received == MESSAGES


def test_more_messages_than_one_read_returns_arrive(pipe: tuple[MessageReader, IO[bytes]]) -> None:
    reader, target = pipe
    long = StoreWarning("x" * 40_000)
    target.write(encode_message(long))
    first = reader.read()
    target.write(encode_message(long) + encode_message(MirrorProgress(1, 2)))
    assert [*first, *reader.read()] == [long, long, MirrorProgress(1, 2)]


def test_after_the_end_of_the_writer_its_last_messages_arrive(
    pipe: tuple[MessageReader, IO[bytes]],
) -> None:
    reader, target = pipe
    target.write(encode_message(MirrorProgress(1, 2)) + b'{"kind": "prog')
    target.close()
    assert reader.read() == [MirrorProgress(1, 2)]
    assert reader.read() == []
