"""How often a study opened the test set: a file of the outputs folder keeps it."""

import fcntl
import os
from pathlib import Path

from msgspec import Struct, json

from experiments.errors import DataError
from experiments.recording import OPENINGS

BEGINNING = b'{"study":"'
"""The first bytes of every line."""


class Opening(Struct, frozen=True):
    """The test set of the data with this SHA-256 is scored in these runs of a study."""

    study: str
    data: str
    runs: list[str]


def count_opening(outputs: Path, opening: Opening) -> int:
    """Record that the test set is opened; return how often it was for this study and data.

    It is recorded before the runs are scored, so that a crash hides no opening. If the same runs
    are recorded, nothing is. Processes that count at the same time wait for each other. A last line
    that a crash has left incomplete is replaced. Raise DataError if the file has another content,
    OSError if it cannot be read or written.
    """
    path = outputs / OPENINGS
    with path.open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        contents = file.read()
        whole = contents[: -len(_torn(contents))] if _torn(contents) else contents
        known = _openings(whole, path)
        same = [each for each in known if (each.study, each.data) == (opening.study, opening.data)]
        if opening in same:
            return len(same)
        file.truncate(len(whole))
        file.write(json.encode(opening) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return len(same) + 1


def _openings(contents: bytes, path: Path) -> list[Opening]:
    try:
        return [json.decode(line, type=Opening) for line in contents.splitlines()]
    except ValueError:
        raise DataError(
            f"{path}: is not a list of openings of the test set; move it away to count anew"
        ) from None


def _torn(contents: bytes) -> bytes:
    """Return the beginning of a line that was not written to its end; empty if there is none."""
    last = contents[contents.rfind(b"\n") + 1 :]
    return last if last.startswith(BEGINNING) or BEGINNING.startswith(last) else b""
