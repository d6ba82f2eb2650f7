"""The messages of the mirror's process to the process that started it: one JSON line each."""

import json
import os
from typing import IO

import msgspec
from msgspec import Struct


class StoreWarning(Struct, frozen=True, tag_field="kind", tag="warning"):
    """MLflow's store has failed, or a record cannot be read."""

    message: str


class MirrorProgress(Struct, frozen=True, tag_field="kind", tag="progress"):
    """MLflow has ``done`` of ``total`` runs."""

    done: int
    total: int


Message = StoreWarning | MirrorProgress
"""A line from the mirror process to the run or sweep that started it."""


def encode_message(message: Message) -> bytes:
    """Return a message as a line. It may name files whose names are not valid Unicode."""
    return json.dumps(msgspec.to_builtins(message)).encode() + b"\n"


class MessageReader:
    """Reads messages from an unbuffered pipe, and never waits for the next one."""

    def __init__(self, pipe: IO[bytes]) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._pipe = pipe
        self._incomplete = b""

    def read(self) -> list[Message]:
        """Return the messages since the last call; an incomplete line waits for the next call."""
        chunks = [self._incomplete]
        while chunk := self._pipe.read(65536):  # None if there is nothing now, b"" at the end
            chunks.append(chunk)
        *lines, self._incomplete = b"".join(chunks).split(b"\n")
        return [msgspec.convert(json.loads(line), Message) for line in lines]

    def close(self) -> None:
        """Close the pipe."""
        self._pipe.close()
