"""The processor: its name and instructions, from a file as Linux writes it, and its cores."""

import os
import platform
from dataclasses import replace
from pathlib import Path

import examined
import pytest

from experiments.doctor.processor import identify, processor

TWO_CORES = """\
processor\t: 0
vendor_id\t: GenuineIntel
model name\t: A Fast: Processor @ 3 GHz
flags\t\t: fpu avx2 fma
vmx flags\t: vnmi

processor\t: 1
model name\t: Another
flags\t\t: fpu
"""


def test_name_and_instructions_are_those_of_the_first_core(tmp_path: Path) -> None:
    file = tmp_path / "cpuinfo"
    file.write_text(TWO_CORES, encoding="utf-8")
    assert identify(file) == ("A Fast: Processor @ 3 GHz", {"fpu", "avx2", "fma"})


@pytest.mark.parametrize("contents", [None, "", "processor\t: 0\nBogoMIPS\t: 50.00\n"])
def test_without_a_name_the_processor_has_that_of_its_kind(
    tmp_path: Path, contents: str | None
) -> None:
    file = tmp_path / "cpuinfo"
    if contents is not None:
        file.write_text(contents, encoding="utf-8")
    assert identify(file) == (platform.processor() or platform.machine(), frozenset())


@pytest.mark.parametrize(
    ("allowed", "quota", "usable"), [(4, None, 4), (4, 1.5, 1.5), (2, 3.0, 2), (4, 4.0, 4)]
)
def test_usable_is_the_smaller_of_both_limits(
    allowed: int, quota: float | None, usable: float
) -> None:
    one = replace(examined.GOOD.processor, allowed=allowed, quota=quota)
    assert one.usable == usable


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux limits the cores")
def test_cores_that_this_process_may_not_use_are_not_counted() -> None:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        found = processor()
    finally:
        os.sched_setaffinity(0, before)
    assert found.allowed == 1
    assert found.cores == os.cpu_count()
    assert found.usable <= 1
    assert found.load >= 0
    assert found.name
