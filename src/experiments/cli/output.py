"""The output of a program whose reader may end first, as `head` does in a pipe."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

ABANDONED = 128 + signal.SIGPIPE
"""The exit code of a program that its reader has left."""


@contextmanager
def flushed() -> Iterator[None]:
    """Write all output at the end of this context, where an error can still be handled.

    Raise OSError if it cannot be written. If nobody reads it any more, raise SystemExit.
    """
    try:
        yield
    finally:
        try:
            sys.stdout.flush()
        except OSError:
            abandoned = is_abandoned(sys.stdout)
            discard(sys.stdout)
            if abandoned:
                sys.exit(ABANDONED)
            raise


def is_abandoned(output: TextIO) -> bool:
    """Return whether an output is a pipe that nobody reads any more."""
    try:
        poll = select.poll()
        poll.register(output, 0)
    except (OSError, ValueError):  # no file of the operating system, as in a test
        return False
    return any(event & select.POLLERR for _, event in poll.poll(0))


def discard(output: TextIO) -> None:
    """Let all that is still to be written to an output vanish."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, output.fileno())
    os.close(nowhere)
