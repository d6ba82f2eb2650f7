"""Where and with what the seconds were measured."""

import os
import platform
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_info

PACKAGES = ("numpy", "torch", "scikit-learn", "jax", "jaxlib", "numba", "scipy")


@dataclass(frozen=True)
class Machine:
    """``core`` is the number of the only core that is used, None for any.

    ``load`` has the mean numbers of waiting processes in the last 1, 5 and 15 minutes.
    """

    date: str
    processor: str
    core: int | None
    cores: int | None
    blas: str
    blas_kernel: str
    blas_threads: int
    load: tuple[float, ...]
    system: str
    versions: dict[str, str]

    def __str__(self) -> str:
        versions = ", ".join(f"{name} {each}" for name, each in self.versions.items())
        load = ", ".join(f"{each:.2f}" for each in self.load)
        used = "any" if self.core is None else f"core {self.core}"
        return (
            f"date        {self.date}, load {load}\n"
            f"processor   {self.processor}, {used} of {self.cores}, {self.system}\n"
            f"BLAS        {self.blas}, kernel {self.blas_kernel}, {self.blas_threads} thread(s)\n"
            f"versions    {versions}"
        )


def this_machine(core: int | None) -> Machine:
    """Return the machine, its BLAS as NumPy has loaded it, and the installed versions."""
    pools: list[dict[str, Any]] = threadpool_info()
    blas = next((each for each in pools if "numpy" in each["filepath"]), {})
    return Machine(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        processor=processor(),
        core=core,
        cores=os.cpu_count(),
        blas=f"{blas.get('internal_api', 'unknown')} {blas.get('version', '')}".strip(),
        blas_kernel=str(blas.get("architecture", "unknown")),
        blas_threads=int(blas.get("num_threads", 0)),
        load=os.getloadavg(),
        system=f"{platform.system()} {platform.machine()}",
        versions={"Python": platform.python_version()} | {each: version(each) for each in PACKAGES},
    )


def processor() -> str:
    """Return the name of the processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # not Linux
        return platform.processor() or "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
