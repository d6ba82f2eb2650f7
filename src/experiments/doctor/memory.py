"""The memory of this machine: how much is free, and how much was moved to the disk."""

from dataclasses import dataclass
from pathlib import Path

MEMINFO = Path("/proc/meminfo")


@dataclass(frozen=True)
class Memory:
    """Bytes of memory that programs can still get, and bytes of swap space in use."""

    available: int
    swapped: int


def memory(meminfo: Path = MEMINFO) -> Memory | None:
    """Return the state of the memory; None if it is not known, as outside of Linux."""
    try:
        lines = meminfo.read_text(encoding="utf-8").splitlines()
        kilobytes = {key: int(rest.split()[0]) for key, _, rest in map(_parts, lines)}
        swapped = kilobytes["SwapTotal"] - kilobytes["SwapFree"]
        return Memory(kilobytes["MemAvailable"] * 1024, swapped * 1024)
    except (OSError, ValueError, LookupError):
        return None


def _parts(line: str) -> tuple[str, str, str]:
    return line.partition(":")
