"""The process that started the mirror, played by a test: it holds the other ends of two pipes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from experiments.mirror.parent import Parent
from experiments.tracking.messages import MessageReader


@dataclass(frozen=True)
class PlayedParent:
    """A parent as the mirror sees it, and what the process behind it holds.

    Closing ``end_signal`` is the end of the process. Messages come through ``pipe``.
    """

    parent: Parent
    end_signal: IO[bytes]
    pipe: IO[bytes]
    messages: MessageReader


@contextmanager
def played_parent() -> Iterator[PlayedParent]:
    """Yield a parent that has not ended."""
    (signal_out, signal_in), (messages_out, messages_in) = os.pipe(), os.pipe()
    with (
        os.fdopen(signal_out) as end_signal,
        os.fdopen(signal_in, "wb") as held_by_the_process,
        os.fdopen(messages_out, "rb", buffering=0) as pipe,
        os.fdopen(messages_in, "wb", buffering=0) as channel,
    ):
        parent = Parent(end_signal, channel)
        yield PlayedParent(parent, held_by_the_process, pipe, MessageReader(pipe))
