"""Files that are there whole or not at all, whatever happens while they are written."""

import os
from pathlib import Path


def write(path: Path, contents: bytes, *, previous: Path | None = None) -> None:
    """Put ``contents`` in the place of a file, keeping the one before as ``previous`` if asked.

    Written beside it, synced, then renamed; the folder is synced, too. Raises OSError, with the
    file as it was, if it cannot be written.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
        if previous is not None and path.exists():
            path.replace(previous)
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = error.filename or str(path)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the names of a folder's files are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
