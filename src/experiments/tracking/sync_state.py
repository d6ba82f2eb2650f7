"""The sync state of a run or a sweep: how much of its journals MLflow has."""

import fcntl
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from experiments.configuration import sqlite_path
from experiments.errors import DataError
from experiments.recording import (
    JOURNAL,
    RESULTS,
    SYNC_STATE,
    RecordedTracking,
    is_held,
    read_file,
    read_record,
    read_sweep,
)


class SyncState(Struct, frozen=True, kw_only=True):
    """MLflow's ``store`` has the first ``sizes`` bytes of each journal.

    A run has one journal, a sweep one per run. The sizes of a study go on with `result_sizes`.
    """

    store: str
    sizes: list[int]


class SyncStateFile:
    """The file of a sync state, locked: one process at a time brings a record to MLflow.

    The constructor raises BlockingIOError if another process holds the lock, unless ``wait`` is
    true. In a folder that cannot be written to there is no lock, and `write` does nothing.
    """

    def __init__(self, folder: Path, *, wait: bool = False) -> None:
        self._file: BinaryIO | None = None
        with suppress(OSError):
            self._file = (folder / SYNC_STATE).open("a+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return
        if self._file is not None:
            self._file.close()
            raise BlockingIOError(folder)

    def write(self, state: SyncState) -> None:
        """Replace the sync state."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(msgspec.json.encode(state))
            self._file.flush()

    def __enter__(self) -> "SyncStateFile":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def read_sync_state(folder: Path) -> SyncState | None:
    """Return the sync state of a record; None if it is missing or damaged.

    Without a sync state everything is looked up in MLflow again.
    """
    try:
        return msgspec.json.decode(read_file(folder / SYNC_STATE), type=SyncState)
    except (
        OSError,
        DataError,
        ValueError,
        RecursionError,
    ):  # ValueError: no JSON, no UTF-8, other fields
        return None


def up_to_date(folder: Path, uri: str) -> bool:
    """Return whether MLflow has all of the run or sweep in ``folder``, by its sync state.

    Raise DataError if the sweep is damaged.
    """
    state = read_sync_state(folder)
    sizes = [*(_size(run) for run in runs_of(folder)), *result_sizes(folder)]
    return state is not None and state.store == store_key(uri) and state.sizes == sizes


def is_behind(folder: Path, uri: str) -> bool:
    """Return whether MLflow may lack a part of a run or sweep that belongs to this store.

    Damaged records are left out, and so are runs that a process works on: they have their own
    mirror process.
    """
    try:
        if up_to_date(folder, uri) or store_of(folder) != uri:
            return False
        return not any(is_held(run) for run in runs_of(folder))
    except DataError:
        return False


def runs_of(folder: Path) -> list[Path]:
    """Return the folders of the runs of a sweep, or ``folder`` itself if it is that of a run.

    Raise DataError if the sweep is damaged.
    """
    sweep = read_sweep(folder)
    return sweep.folders(folder) if sweep else [folder]


def result_sizes(folder: Path) -> list[int]:
    """Return the sizes of the tables and figures in the folder of a study, in bytes."""
    return [path.stat().st_size for path in sorted((folder / RESULTS).glob("*"))]


def store_of(folder: Path) -> str | None:
    """Return the store that the run or sweep in ``folder`` belongs to; None if it is not tracked.

    Raise DataError if the record is damaged.
    """
    tracking = _tracking_of(folder)
    return tracking.uri if tracking else None


def experiment_of(folder: Path) -> str:
    """Return the experiment of the run or sweep in ``folder``; nothing if it is not known."""
    with suppress(DataError):
        tracking = _tracking_of(folder)
        return tracking.experiment if tracking else ""
    return ""


def _tracking_of(folder: Path) -> RecordedTracking | None:
    sweep = read_sweep(folder)
    if sweep is not None:
        return sweep.tracking
    record = read_record(folder)
    return record.start.config.tracking if record else None


def store_key(uri: str) -> str:
    """Return a key that differs between stores: the address, and the number of an SQLite file.

    A file that was deleted and created again is another store.
    """
    path = sqlite_path(uri)
    return f"{uri} {path.stat().st_ino}" if path is not None and path.exists() else uri


def _size(run: Path) -> int:
    journal = run / JOURNAL
    return journal.stat().st_size if journal.exists() else 0
