"""A run's own record on disk: one JSON object per line, appended and synced as things happen.

JSON lines, because a line torn by a crash spoils nothing before it, every tool reads them, and
Python writes a float so that it comes back to the last bit. Each line ends with the CRC-32 of what
stands before it, so that damage is noticed rather than taken for numbers.

The first line is the event `start`, then comes an `epoch` for each epoch, and an `end` when the
process could say how it ended. A run that goes on after that, or after its process died, says so
with a `resume`.
"""

import fcntl
import itertools
import json
import os
import re
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from experiments.errors import DataError, StorageError
from experiments.recording import atomic

JOURNAL = "journal.jsonl"
LOCK_TRIES = 10
LOCK_PAUSE = 0.01  # seconds
LINE = re.compile(rb'(\{.+), "crc32": ([0-9]{1,10})\}\n', re.DOTALL)


def encode(record: Mapping[str, Any]) -> bytes:
    """Return a record as a line. Raises ValueError for NaN and infinity, which JSON lacks."""
    body = json.dumps(record, allow_nan=False)[:-1].encode()
    return body + b', "crc32": %d}\n' % zlib.crc32(body)


def decode(line: bytes) -> dict[str, Any] | None:
    """Return the record in a line; None if the line is torn or damaged."""
    found = LINE.fullmatch(line)
    if found is None or zlib.crc32(found[1]) != int(found[2]):
        return None
    record: dict[str, Any] = json.loads(found[1] + b"}")
    return record


def parse(contents: bytes, path: Path) -> Iterator[tuple[dict[str, Any], int]]:
    """Yield each record and the number of bytes up to its end.

    A last line that is torn or damaged is left out, as it is what a crash leaves behind. Raises
    DataError for damage before it.
    """
    end = 0
    lines = contents.splitlines(keepends=True)
    for number, line in enumerate(lines, 1):
        record = decode(line)
        if record is None and number < len(lines):
            raise DataError(
                f"{path}: line {number} is damaged, or another version's: its checksum is wrong;"
                " rerun=true keeps the file aside and starts the run over"
            )
        if record is None:
            return
        end += len(line)
        yield record, end


class Journal:
    """The writing end, which one process at a time holds: others wait until it is closed.

    ``waiting`` is called before a wait. With ``aside`` the folder, if there is a journal in it, is
    first renamed, and a new one begun. What a crash left torn is cut off; ``events`` are those
    recorded so far. Raises OSError if the file cannot be opened, DataError if it is damaged.
    """

    def __init__(
        self, folder: Path, *, waiting: Callable[[], None] = lambda: None, aside: bool = False
    ) -> None:
        self.path = folder / JOURNAL
        self._file = self._locked(waiting)
        if aside and self._file.seek(0, os.SEEK_END):
            folder.rename(_unused(folder))
            self._file.close()
            self._file = self._locked(waiting)
        try:
            self._file.seek(0)
            parsed = list(parse(self._file.read(), self.path))
            self.events = [event for event, _ in parsed]
            self._size = parsed[-1][1] if parsed else 0
            self._file.truncate(self._size)
            atomic.sync_folder(folder)
        except BaseException:
            self._file.close()
            raise
        self._time = max((event["time"] for event in self.events), default=0.0)

    def _locked(self, waiting: Callable[[], None]) -> Any:
        """Open and lock the file, again if it was moved away during the wait."""
        while True:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+b", buffering=0)
            try:
                if not _lock(file):
                    waiting()
                    fcntl.flock(file, fcntl.LOCK_EX)
                if self._is_current(file):
                    return file
            except BaseException:
                file.close()
                raise
            file.close()

    def _is_current(self, file: Any) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    @property
    def lost(self) -> str:
        """What there is to say if the file is gone from its place."""
        if self._is_current(self._file):
            return ""
        return f"{self.path}: was deleted while the run went on"

    def append(self, event: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        """Append one event and return it, once it is on the disk.

        Its time, in seconds since 1970, never goes backwards, whatever the clock does. Raises
        OSError, with nothing appended, if it cannot be written, StorageError if the file is gone.
        """
        self._time = max(time.time(), self._time)
        record = {"event": event, "time": self._time, **fields}
        line = encode(record)
        if self.lost:
            raise StorageError(self.lost)
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:])
            os.fsync(self._file.fileno())
        except BaseException as error:
            self._file.truncate(self._size)
            if isinstance(error, OSError):
                error.filename = str(self.path)
            raise
        self._size += len(line)
        self.events.append(record)
        return record

    def close(self) -> None:
        """Close the file and let another process have it."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unused(folder: Path) -> Path:
    """Return the first of the names FOLDER.1, FOLDER.2 and so on that is free."""
    names = (folder.with_name(f"{folder.name}.{number}") for number in itertools.count(1))
    return next(path for path in names if not path.exists())


def _lock(file: Any) -> bool:
    """Lock a file if no other writer has it; one who only asks whether it is held soon lets go."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE)
        else:
            return True
    return False


def held(folder: Path) -> bool:
    """Whether a process has the journal of a run open for writing."""
    try:
        with (folder / JOURNAL).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


class Follower:
    """The reading end: yields events as they are written, each once.

    With ``new``, only those written from now on.
    """

    def __init__(self, folder: Path, *, new: bool = False) -> None:
        self.path = folder / JOURNAL
        self.offset = 0
        self._file_number = 0
        if new:
            with suppress(DataError):
                list(self.events())

    def events(self) -> Iterator[dict[str, Any]]:
        """Yield the events since the last call; a line still being written waits for the next.

        Raises DataError for damage.
        """
        try:
            with self.path.open("rb") as file:
                number = os.fstat(file.fileno()).st_ino
                if number != self._file_number:  # another journal has taken its place
                    self._file_number, self.offset = number, 0
                start = file.seek(self.offset)
                contents = file.read()
        except FileNotFoundError:
            return
        for event, end in parse(contents, self.path):
            self.offset = start + end
            yield event
