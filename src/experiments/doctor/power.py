"""The power supply: whether this machine is on battery, and the governor of its processor."""

from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/sys")
DYNAMIC = ("intel_pstate", "amd-pstate-epp")
"""Drivers whose governor `powersave` lets a busy processor become fast. Others keep it slow."""


@dataclass(frozen=True)
class Power:
    """The governor that chooses the processor's speed, its driver, and whether on battery.

    The names are empty where they are not known, as in most virtual machines.
    """

    governor: str
    driver: str
    battery: bool

    @property
    def slow(self) -> bool:
        """True if the governor keeps the processor at its lowest speed."""
        return self.governor == "powersave" and self.driver not in DYNAMIC


def power(system: Path = SYSTEM) -> Power:
    """Return the state of the power supply. ``system`` is the folder /sys."""
    scaling = system / "devices/system/cpu/cpu0/cpufreq"
    return Power(
        governor=_text(scaling / "scaling_governor"),
        driver=_text(scaling / "scaling_driver"),
        battery=any(map(_empties, system.glob("class/power_supply/*"))),
    )


def _empties(supply: Path) -> bool:
    """Return whether a power supply is a battery of this machine that becomes empty.

    The battery of a mouse or a keyboard has the scope Device.
    """
    if _text(supply / "type") != "Battery" or _text(supply / "scope") == "Device":
        return False
    return _text(supply / "status") == "Discharging"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
