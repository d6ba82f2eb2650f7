"""The state of the memory, from a file as Linux writes it."""

from pathlib import Path

import pytest

from experiments.doctor.memory import Memory, memory

MEMINFO = """\
MemTotal:       24690000 kB
MemFree:         1000000 kB
MemAvailable:   20000000 kB
SwapCached:            5 kB
SwapTotal:       2000000 kB
SwapFree:        1500000 kB
HugePages_Total:       0
"""


def test_used_swap_is_the_total_without_the_free_one(tmp_path: Path) -> None:
    file = tmp_path / "meminfo"
    file.write_text(MEMINFO, encoding="utf-8")
    assert memory(file) == Memory(available=20_000_000 * 1024, swapped=500_000 * 1024)


@pytest.mark.parametrize("contents", [None, "", "MemTotal: 5 kB\n", "SwapTotal:\n", "x\n"])
def test_a_missing_or_other_file_says_nothing(tmp_path: Path, contents: str | None) -> None:
    file = tmp_path / "meminfo"
    if contents is not None:
        file.write_text(contents, encoding="utf-8")
    assert memory(file) is None
