"""Write files atomically: after a crash a file has its old contents or its new ones."""

import os
from pathlib import Path


def write_atomically(path: Path, contents: bytes, *, previous: Path | None = None) -> None:
    """Replace a file with ``contents``, and keep the old file as ``previous`` if that is given.

    The contents are written to a temporary file in the same folder and synced; then the file is
    renamed and the folder is synced. Raise OSError, with the old file in place, if that fails.
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
    """Wait until the names of the files in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
