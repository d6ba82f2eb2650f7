"""The parent process as the mirror sees it: send it messages, and notice its end."""

import select
from contextlib import suppress
from typing import IO

from experiments.tracking import Message, encode_message


class Parent:
    """The process at the other ends of two pipes.

    It closes ``end_signal`` when the records are complete, and so does its death. Messages to it
    are written to ``channel``, which is not buffered.
    """

    def __init__(self, end_signal: IO[str], channel: IO[bytes]) -> None:
        self._end_signal = end_signal
        self._channel = channel

    def send(self, message: Message) -> None:
        """Send a message. If the process is dead, do nothing."""
        with suppress(OSError):
            self._channel.write(encode_message(message))

    def ended(self, timeout: float = 0.0) -> bool:
        """Wait up to ``timeout`` seconds for the end signal; return whether it has come."""
        return bool(select.select([self._end_signal], [], [], timeout)[0])
