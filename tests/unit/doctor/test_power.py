"""The power supply, from files as Linux has them below /sys."""

from pathlib import Path

import pytest

from experiments.doctor.power import Power, power


def write(system: Path, folder: str, **files: str) -> None:
    """Write files with one word each."""
    (system / folder).mkdir(parents=True)
    for name, word in files.items():
        (system / folder / name).write_text(f"{word}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("governor", "driver", "slow"),
    [
        ("powersave", "acpi-cpufreq", True),
        ("powersave", "intel_cpufreq", True),
        ("powersave", "intel_pstate", False),
        ("powersave", "amd-pstate-epp", False),
        ("performance", "acpi-cpufreq", False),
        ("schedutil", "acpi-cpufreq", False),
    ],
)
def test_powersave_is_slow_unless_the_driver_goes_faster_by_itself(
    tmp_path: Path, governor: str, driver: str, slow: bool
) -> None:
    folder = "devices/system/cpu/cpu0/cpufreq"
    write(tmp_path, folder, scaling_governor=governor, scaling_driver=driver)
    found = power(tmp_path)
    assert found == Power(governor, driver, battery=False)
    assert found.slow == slow


@pytest.mark.parametrize(
    ("files", "battery"),
    [
        ({"type": "Battery", "status": "Discharging"}, True),
        ({"type": "Battery", "status": "Discharging", "scope": "System"}, True),
        ({"type": "Battery", "status": "Discharging", "scope": "Device"}, False),
        ({"type": "Battery", "status": "Charging"}, False),
        ({"type": "Mains", "online": "1"}, False),
    ],
)
def test_a_battery_that_becomes_empty_is_noticed(
    tmp_path: Path, files: dict[str, str], battery: bool
) -> None:
    write(tmp_path, "class/power_supply/A", type="Mains", online="0")
    write(tmp_path, "class/power_supply/B", **files)
    assert power(tmp_path).battery == battery


def test_a_machine_without_these_files_says_nothing(tmp_path: Path) -> None:
    found = power(tmp_path)
    assert found == Power("", "", battery=False)
    assert not found.slow
