"""The outputs folder: whether it can be written, the free space, and the time of an fsync."""

import os
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from experiments.configuration import check_folder
from experiments.errors import ConfigError

LINE = b"x" * 1024
"""A line as long as one of a journal."""
MEASUREMENTS = 9
LONGEST = 0.5
"""Seconds after which no other fsync is measured."""


@dataclass(frozen=True)
class Outputs:
    """The outputs folder. ``problem`` says why it cannot be written, and is empty if it can be.

    ``free`` is in bytes, and ``fsync`` is the median in seconds. They are None if nothing can be
    written.
    """

    folder: Path
    problem: str
    free: int | None = None
    fsync: float | None = None


def outputs(folder: Path) -> Outputs:
    """Return the state of a folder, which need not exist. It is not made.

    If it is missing, the nearest folder above it tells whether it can be made, and on which disk.
    """
    try:
        check_folder("outputs", str(folder))
    except ConfigError as error:
        return Outputs(folder, str(error))
    existing = next(each for each in (folder, *folder.parents) if each.is_dir())
    try:
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".doctor-") as file:
            seconds = fsync_seconds(file)
        return Outputs(folder, "", shutil.disk_usage(existing).free, seconds)
    except OSError as error:
        return Outputs(folder, f"{existing}: cannot be written: {error.strerror}")


def fsync_seconds(file: IO[bytes]) -> float:
    """Return the median duration of an fsync after a line was written, in seconds."""
    seconds: list[float] = []
    while len(seconds) < MEASUREMENTS and sum(seconds) < LONGEST:
        file.write(LINE)
        file.flush()
        begin = time.perf_counter()
        os.fsync(file.fileno())
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)
