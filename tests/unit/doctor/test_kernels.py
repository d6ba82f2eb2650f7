"""Which kernels of OpenBLAS suit which instructions."""

import pytest

from experiments.doctor.kernels import AS_GOOD, NEEDED, OLDER, better_kernels
from experiments.startup import AVX512

OLD: frozenset[str] = frozenset({"sse2"})
AVX2 = OLD | {"avx2", "fma"}
NEW = AVX2 | AVX512


@pytest.mark.parametrize(
    ("kernels", "instructions", "better"),
    [
        ("Haswell", NEW, "SkylakeX"),
        ("Zen", NEW, "SkylakeX"),
        ("Prescott", NEW, "SkylakeX"),
        ("Nehalem", AVX2, "Haswell"),
        ("Sandybridge", AVX2, "Haswell"),
        ("SkylakeX", NEW, ""),
        ("Cooperlake", NEW, ""),
        ("Sapphirerapids", NEW, ""),
        ("Haswell", AVX2, ""),
        ("Zen", AVX2, ""),
        ("Nehalem", OLD, ""),
        ("NEOVERSEN1", frozenset(), ""),
        ("", NEW, ""),
        ("a kernel of the future", NEW, ""),
    ],
)
def test_better_kernels_use_instructions_that_the_processor_has(
    kernels: str, instructions: frozenset[str], better: str
) -> None:
    assert better_kernels(kernels, instructions) == better
    assert better_kernels(kernels.lower(), instructions) == better


def test_avx512_is_used_only_with_all_of_its_parts() -> None:
    assert better_kernels("Haswell", NEW - {"avx512vl"}) == ""


def test_each_name_is_known_once() -> None:
    names = [*OLDER, *(name for good in AS_GOOD.values() for name in good)]
    assert len(names) == len({*names})
    assert [*AS_GOOD] == [*NEEDED]
