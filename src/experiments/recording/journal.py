"""The journal of a run: its events, one line of JSON each, appended and synced to the disk.

A crash can damage only the last line, and every tool can read the file.
"""

import fcntl
import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from experiments.errors import DataError, StorageError
from experiments.recording import atomic
from experiments.recording.events import Event
from experiments.recording.layout import JOURNAL
from experiments.recording.lines import VersionError, decode, encode
from experiments.recording.plain_files import check_is_file, why_unreadable

BEGINNING = b'{"event": "'
"""The first bytes of every line."""
ASIDE = "rerun=true sets the file aside and starts the run again"
LOCK_TRIES = 10
LOCK_PAUSE = 0.01  # seconds


def parse(contents: bytes, path: Path, first_line: int = 1) -> Iterator[tuple[Event, int]]:
    """Yield each event in ``contents`` and the number of bytes up to its end.

    An incomplete or damaged last line is skipped, because a crash leaves such a line. So is the
    beginning of a first line. Raise DataError for damage before the last line, for a first line
    that is no start of a run, and for an event of another version.
    """
    end = 0
    lines = contents.splitlines(keepends=True)
    for number, line in enumerate(lines, first_line):
        try:
            event: Event | None = decode(line, Event)
        except VersionError as error:
            raise DataError(
                f"{path}: line {number} was written by another version of this project ({error});"
                f" {ASIDE}"
            ) from None
        if event is None:
            if number == 1 and not _may_be_torn(line):
                raise DataError(f"{path}: is damaged: its first line is no start event; {ASIDE}")
            if number - first_line + 1 < len(lines) or (number == 1 and line.endswith(b"\n")):
                raise DataError(f"{path}: line {number} is damaged: its checksum is wrong; {ASIDE}")
            return
        end += len(line)
        yield event, end


def _may_be_torn(line: bytes) -> bool:
    """Return whether a line begins as every line does, as far as a crash has left it.

    After a power failure the rest of a file can be zeros.
    """
    written = line.rstrip(b"\0")
    return written.startswith(BEGINNING) or BEGINNING.startswith(written)


class Journal:
    """A journal opened for writing. It is locked: one process at a time writes it.

    If another process holds the lock, the constructor waits, or raises BlockingIOError if ``wait``
    is false. With ``aside`` a folder that already has events is renamed first, and the journal
    begins empty. An incomplete last line is removed. ``events`` are the events so far. The
    constructor raises OSError if the file cannot be opened, DataError if it is damaged or no file.
    """

    def __init__(self, folder: Path, *, wait: bool = True, aside: bool = False) -> None:
        self.path = folder / JOURNAL
        self._file = self._open(wait)
        if aside and self._file.seek(0, os.SEEK_END):
            folder.rename(_unused_name(folder))
            self._file.close()
            self._file = self._open(wait)
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
        self._time = max((event.time for event in self.events), default=0.0)

    def _open(self, wait: bool) -> Any:
        """Open and lock the file. Repeat if the file was moved away during the wait."""
        while True:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            check_is_file(self.path)
            file = self.path.open("a+b", buffering=0)
            try:
                if not _try_lock(file):
                    fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
                if self._is_in_place(file):
                    return file
            except BaseException:
                file.close()
                raise
            file.close()

    def _is_in_place(self, file: Any) -> bool:
        try:
            return os.path.samestat(os.fstat(file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    @property
    def lost(self) -> str:
        """An error message if the file has been moved or deleted, else an empty string."""
        if self._is_in_place(self._file):
            return ""
        return f"{self.path}: was deleted during the run"

    def append(self, event: Event) -> Event:
        """Append an event and return it with its time, once it is on the disk.

        The time never goes backwards, even if the clock does. Raise OSError if the event cannot be
        written, StorageError if the file has been deleted; the journal is then unchanged.
        """
        self._time = max(time.time(), self._time)
        timed = msgspec.structs.replace(event, time=self._time)
        self._write(encode(timed))
        self.events.append(timed)
        return timed

    def catch_up(self, contents: bytes) -> bool:
        """Append the lines that a copy of this journal has more, after it was continued elsewhere.

        Return false, and write nothing, if ``contents`` do not begin with the lines of this one.
        Raise DataError if they are damaged, otherwise as `append` does.
        """
        self._file.seek(0)
        if not contents.startswith(self._file.read(self._size)):
            return False
        events = [event for event, _ in parse(contents, self.path)]
        self._write(contents[self._size :])
        self.events = events
        self._time = max((event.time for event in events), default=self._time)
        return True

    def _write(self, lines: bytes) -> None:
        """Append complete lines. If that fails, the journal is unchanged."""
        if self.lost:
            raise StorageError(self.lost)
        try:
            written = 0
            while written < len(lines):
                written += self._file.write(lines[written:])
            os.fsync(self._file.fileno())
        except BaseException as error:
            self._file.truncate(self._size)
            if isinstance(error, OSError):
                error.filename = str(self.path)
            raise
        self._size += len(lines)

    def close(self) -> None:
        """Close the file and release the lock."""
        self._file.close()

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _unused_name(folder: Path) -> Path:
    """Return the first unused name of FOLDER.1, FOLDER.2 and so on."""
    names = (folder.with_name(f"{folder.name}.{number}") for number in itertools.count(1))
    return next(path for path in names if not path.exists())


def _try_lock(file: Any) -> bool:
    """Lock a file and return true, unless another process writes it.

    `is_held` locks the file for a moment, so a few tries are made.
    """
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE)
        else:
            return True
    return False


def is_held(folder: Path) -> bool:
    """Return whether a process has the journal in ``folder`` open for writing."""
    if not (folder / JOURNAL).is_file():
        return False
    try:
        with (folder / JOURNAL).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


class Follower:
    """Reads a journal while another process writes it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL
        self.offset = 0  # bytes that have been read
        self._lines = 0
        self._file_number = 0

    def events(self) -> Iterator[Event]:
        """Yield the events since the last call. An incomplete last line waits for the next call.

        If another journal has replaced the file, its events are yielded from the first one on.
        Raise DataError for damage, and if the file cannot be read.
        """
        check_is_file(self.path)
        try:
            with self.path.open("rb") as file:
                number = os.fstat(file.fileno()).st_ino
                if number != self._file_number:
                    self._file_number, self.offset, self._lines = number, 0, 0
                start = file.seek(self.offset)
                contents = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise DataError(f"{self.path}: {why_unreadable(error)}") from None
        for event, end in parse(contents, self.path, self._lines + 1):
            self.offset = start + end
            self._lines += 1
            yield event
