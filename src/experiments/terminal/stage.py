"""Progress on the terminal: a line for each stage that takes long."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONG = 2.0
"""The seconds after which a stage is said."""


@contextmanager
def stage(words: str, *, after: float = LONG) -> Iterator[None]:
    """Write what is being done to stderr, if it takes longer and stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    timer = threading.Timer(after, sys.stderr.write, [f"{words} ...\n"])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
