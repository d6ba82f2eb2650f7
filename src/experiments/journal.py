"""A run's own record on disk: one JSON object per line, appended and flushed as things happen.

JSON lines, because a line torn by a crash spoils nothing before it, every tool reads them, and
Python writes a float so that it comes back to the last bit. The first line is the event `start`,
then comes an `epoch` for each epoch, and an `end` when the process could say how it ended.
"""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

JOURNAL = "journal.jsonl"
NETWORK = "network.npz"
SWEEP = "sweep.json"


class Journal:
    """The writing end; one process at a time writes a journal, so there are no locks.

    Raises OSError if the file cannot be created or, without ``resume``, exists already. With it, a
    line torn by a crash is cut off first.
    """

    def __init__(self, folder: Path, *, resume: bool = False) -> None:
        path = folder / JOURNAL
        self._file = path.open("a+b" if resume else "xb")
        if resume:
            self._file.seek(0)
            self._file.truncate(self._file.read().rfind(b"\n") + 1)

    def append(self, event: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Append one event with the time, in seconds since 1970, and return it."""
        record = {"event": event, "time": time.time(), **fields}
        self._file.write(json.dumps(record, allow_nan=False).encode() + b"\n")
        self._file.flush()
        return record

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Follower:
    """The reading end: yields events as they are written, each once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._offset = 0

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield the events since the last call; a line still being written waits for the next."""
        try:
            with (self.folder / JOURNAL).open("rb") as file:
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._offset += len(line)
                    yield json.loads(line)
        except FileNotFoundError:
            return


def read_sweep(folder: Path) -> dict[str, Any] | None:
    """Return what a sweep recorded of itself before its first run; None if there is no sweep."""
    try:
        record: dict[str, Any] = json.loads((folder / SWEEP).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return record
