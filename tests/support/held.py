"""A journal that the process of the test holds, so that a run waits for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.recording import Journal

PATIENCE = 30
"""Seconds after which the journal is closed. A test whose code waits too early fails then."""


@contextmanager
def held_journal(folder: Path) -> Iterator[Journal]:
    """Hold the journal of a run inside of the context, or until the test closes it."""
    with Journal(folder) as journal:
        release = threading.Timer(PATIENCE, journal.close)
        release.start()
        try:
            yield journal
        finally:
            release.cancel()
