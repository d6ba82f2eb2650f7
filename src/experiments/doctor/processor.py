"""The processor: its name, its instructions, the cores that a run may use, and the load."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from experiments.processors import allowed, quota

CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Processor:
    """The processor of this machine.

    ``instructions`` are the flags of Linux. ``allowed`` is the number of cores that this process
    may run on, and ``quota`` the number of cores whose time it may use, if that is limited.
    ``load`` is the mean number of programs that wanted a core in the last minute.
    """

    name: str
    instructions: frozenset[str]
    cores: int
    allowed: int
    quota: float | None
    load: float

    @property
    def usable(self) -> float:
        """The number of cores whose time this process can have."""
        return self.allowed if self.quota is None else min(self.allowed, self.quota)


def processor() -> Processor:
    """Return the processor of this machine."""
    cores = os.cpu_count() or 1
    name, instructions = identify()
    return Processor(name, instructions, cores, allowed(), quota(), os.getloadavg()[0])


def identify(cpuinfo: Path = CPUINFO) -> tuple[str, frozenset[str]]:
    """Return the name of the processor and its instructions, as far as they are known."""
    try:
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        lines = []
    values: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        values.setdefault(key.strip(), value.strip())
    name = values.get("model name") or platform.processor() or platform.machine()
    return name, frozenset(values.get("flags", "").split())
