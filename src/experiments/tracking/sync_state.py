"""What of a record MLflow has, as far as is known without asking it."""

import fcntl
import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from experiments.errors import DataError
from experiments.recording.journal import JOURNAL, held
from experiments.recording.record import RUNS, read, read_sweep
from experiments.tracking.writer import SQLITE

MARKER = "tracked.json"


class Marker:
    """A file beside a record that says what of it is in MLflow; held by one writer at a time.

    Torn or missing it says nothing, and all is looked up again. Raises BlockingIOError if another
    writer holds it, unless that is to be waited for.
    """

    def __init__(self, folder: Path, *, wait: bool = False) -> None:
        self._file: BinaryIO | None = None
        with suppress(OSError):  # as of a copy that cannot be written to
            self._file = (folder / MARKER).open("a+b")
            fcntl.flock(self._file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return
        if self._file is not None:
            self._file.close()
            raise BlockingIOError(folder)

    def write(self, contents: Mapping[str, Any]) -> None:
        """Say what is in MLflow now."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(json.dumps(contents).encode())
            self._file.flush()

    def __enter__(self) -> "Marker":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()


def marked(folder: Path) -> dict[str, Any]:
    """Return what the marker in a folder says; empty if nothing can be read of it."""
    try:
        contents = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return contents if isinstance(contents, dict) else {}


def behind(folder: Path, uri: str) -> bool:
    """Whether MLflow may lack something of a sweep or a run that was made for this store."""
    try:
        if up_to_date(folder, uri) or store_named(folder) != uri:
            return False
        record = read_sweep(folder)
        runs = folders(folder, record) if record else [folder]
        return not any(held(run) for run in runs)  # else its own writer is at work
    except DataError:
        return False  # whoever asks for it hears why


def up_to_date(folder: Path, uri: str) -> bool:
    """Whether MLflow is known to have all of a sweep or a run. Raises DataError."""
    record, marker = read_sweep(folder), marked(folder)
    runs = folders(folder, record) if record else [folder]
    known = marker.get("sizes", [marker.get("size")])
    return marker.get("store") == store_id(uri) and known == [_size(run) for run in runs]


def store_id(uri: str) -> str:
    """Return what sets a store apart: its address, and the file itself if it is one."""
    path = Path(uri.removeprefix(SQLITE))
    if uri.startswith(SQLITE) and path.exists():
        return f"{uri} {path.stat().st_ino}"
    return uri


def _size(run: Path) -> int:
    journal = run / JOURNAL
    return journal.stat().st_size if journal.exists() else 0


def store_named(folder: Path) -> str | None:
    """Return the store that a run or a sweep was made for; None if it was not to be tracked."""
    record = read_sweep(folder)
    if record is None:
        run = read(folder)
        record = run.start["config"] if run else {"tracking": {"uri": None}}
    uri: str | None = record["tracking"]["uri"]
    return uri


def folders(sweep: Path, record: Mapping[str, Any]) -> list[Path]:
    """Return the folders of a sweep's runs."""
    return [sweep.parents[1] / RUNS / run["identity"] for run in record["runs"]]
