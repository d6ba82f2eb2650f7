"""The processors that this process may use, and so how many runs it does at once.

A container or a service manager limits the processor time with Linux's cgroups, a batch system also
the processors. Version 1 of cgroups has the files `cpu.cfs_quota_us` and `cpu.cfs_period_us`,
version 2 has `cpu.max`. A group is limited by its own files and by those of all groups above it.
"""

import math
import os
from collections.abc import Iterator
from pathlib import Path

PROCESS = Path("/proc/self")


def allowed() -> int:
    """Return the number of processors that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def at_once(allowed: int, quota: float | None) -> int:
    """Return how many processes can work at the same time, at least one.

    ``allowed`` is the number of processors, and ``quota`` that of the processors whose time may be
    used, None without a limit.
    """
    return max(1, math.floor(allowed if quota is None else min(allowed, quota)))


def usable_processors() -> int:
    """Return the number of processes that this process can let work at the same time."""
    return at_once(allowed(), quota())


def quota(process: Path = PROCESS) -> float | None:
    """Return the number of cores whose time a process may use; None if there is no limit.

    ``process`` is the folder of the process below /proc.
    """
    limits = [_limit(folder) for folder in _folders(process)]
    return min((limit for limit in limits if limit is not None), default=None)


def _limit(folder: Path) -> float | None:
    """Return the limit of one group. A group without one has `max` or -1 as its quota."""
    words = _words(folder / "cpu.max") or (
        _words(folder / "cpu.cfs_quota_us") + _words(folder / "cpu.cfs_period_us")
    )
    if len(words) != 2 or not all(word.isdecimal() for word in words):
        return None
    allowed, period = map(int, words)
    return allowed / period if period else None


def _folders(process: Path) -> Iterator[Path]:
    """Yield the folders of the groups that may limit the processor time of a process."""
    paths = _groups(process)
    for line in _lines(process / "mountinfo"):
        place, _, kind_and_options = line.partition(" - ")
        root, mounted_at = place.split()[3:5]
        kind, _, options = kind_and_options.split()[:3]
        controller = {"cgroup": "cpu", "cgroup2": ""}.get(kind)
        if controller in paths and (not controller or controller in options.split(",")):
            yield from _upward(Path(mounted_at), Path(root), Path(paths[controller]))


def _groups(process: Path) -> dict[str | None, str]:
    """Return the path of the group of each controller. The controller of version 2 is empty."""
    found: dict[str | None, str] = {}
    for line in _lines(process / "cgroup"):
        _, controllers, path = line.split(":", 2)
        found |= dict.fromkeys(controllers.split(","), path)
    return found


def _upward(mounted_at: Path, root: Path, path: Path) -> Iterator[Path]:
    """Yield the folder of a group and those above it, where the group ``root`` is mounted.

    In a container, the path may be one outside of it. Then the mounted group is the container's.
    """
    below = path.relative_to(root) if path.is_relative_to(root) else Path()
    folder = mounted_at / below
    while folder.is_relative_to(mounted_at):
        yield folder
        folder = folder.parent


def _words(file: Path) -> list[str]:
    return " ".join(_lines(file)).split()


def _lines(file: Path) -> list[str]:
    """Return the lines of a file; none if it cannot be read, as outside of Linux."""
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
