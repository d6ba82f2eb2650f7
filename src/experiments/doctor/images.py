"""The data set's files: whether they are there. They are not read."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from experiments.data import FILES, explain_missing


@dataclass(frozen=True)
class Images:
    """The folder of the data set. ``problem`` is about its first missing file, or empty.

    If ``downloadable``, the first run downloads missing files.
    """

    folder: Path
    problem: str
    downloadable: bool


def images(folder: Path, *, downloadable: bool) -> Images:
    """Return whether the four files are in a folder, gzipped or not."""
    missing = (name for name in FILES.values() if not _is_there(folder, name))
    first = next(missing, None)
    problem = "" if first is None else explain_missing(folder, first)
    return Images(folder, problem, downloadable)


def _is_there(folder: Path, name: str) -> bool:
    with suppress(OSError):  # there is no permission to look
        return any((folder / each).is_file() for each in (f"{name}.gz", name))
    return False
