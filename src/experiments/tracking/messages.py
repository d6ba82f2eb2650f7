"""The messages of the mirror's process to the process that started it: one JSON line each."""

import msgspec
from msgspec import Struct


class StoreWarning(Struct, frozen=True, tag_field="kind", tag="warning"):
    """MLflow's store has failed, or a record cannot be read."""

    message: str


class Progress(Struct, frozen=True, tag_field="kind", tag="progress"):
    """MLflow has ``done`` of ``total`` runs."""

    done: int
    total: int


Message = StoreWarning | Progress


def encode_message(message: Message) -> bytes:
    """Return a message as a line."""
    return msgspec.json.encode(message) + b"\n"


def decode_messages(contents: bytes) -> tuple[list[Message], bytes]:
    """Return the messages in ``contents``, and the bytes of the incomplete last line."""
    *lines, rest = contents.split(b"\n")
    return [msgspec.json.decode(line, type=Message) for line in lines], rest
