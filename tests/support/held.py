"""A journal that the process of the test holds, so that a run waits for it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.recording import Journal

PATIENCE = 30
"""Seconds after which the journal is closed, and the test fails instead of hanging."""


@contextmanager
def held_journal(folder: Path) -> Iterator[Journal]:
    """Hold the journal of a run inside of the context, or until the test closes it."""
    with Journal(folder) as journal:
        release = threading.Timer(PATIENCE, journal.close)
        release.start()
        try:
            yield journal
            assert release.is_alive(), f"something has waited for the journal for {PATIENCE} s"
        finally:
            release.cancel()
