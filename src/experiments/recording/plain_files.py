"""Is a path that of a plain file? To open a FIFO or a device in its place would wait for ever."""

import os
import stat
from pathlib import Path

from experiments.errors import DataError


def check_is_file(path: Path) -> None:
    """Raise DataError if something is there that is no file. A missing file is none of that."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise DataError(f"{path}: {why_unreadable(error)}") from None
    if not stat.S_ISREG(mode):
        raise DataError(f"{path}: is no file; move it away")


def read_file(path: Path) -> bytes:
    """Return the contents of a file.

    Raise FileNotFoundError if it is missing, and DataError if it is no file or cannot be read.
    """
    check_is_file(path)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DataError(f"{path}: {why_unreadable(error)}") from None


def without_waiting(path: str, flags: int) -> int:
    """Open a file to write to it, as the `opener` of `open`.

    A FIFO that nobody reads raises OSError. Without this, its opening waits for a reader.
    """
    return os.open(path, flags | os.O_NONBLOCK, 0o666)


def why_unreadable(error: OSError) -> str:
    """Return in words why a file cannot be read, given the error of the attempt."""
    return f"cannot be read: {error.strerror or error}"
