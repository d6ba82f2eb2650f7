"""The kernels of OpenBLAS: which of them suit the instructions of a processor."""

from collections.abc import Set as AbstractSet

from experiments.startup import AVX512

NEEDED = {"SkylakeX": AVX512, "Haswell": {"avx2", "fma"}}
"""Kernels for processors of Intel and AMD with the instructions that they need, best first."""
AS_GOOD = {
    "SkylakeX": ("skylakex", "cooperlake", "sapphirerapids"),
    "Haswell": ("haswell", "zen", "excavator"),
}
"""The names of kernels that use the same instructions, in small letters."""
OLDER = (
    *("katmai", "coppermine", "northwood", "prescott", "banias", "atom", "core2", "core", "penryn"),
    *("dunnington", "nehalem", "sandybridge", "athlon", "opteron", "opteron_sse3", "barcelona"),
    *("bobcat", "bulldozer", "piledriver", "steamroller", "nano"),
)
"""The names of kernels that use neither AVX2 nor AVX-512, in small letters."""


def better_kernels(kernels: str, instructions: AbstractSet[str]) -> str:
    """Return kernels that use more of a processor's instructions than those of this name.

    It is empty if there are none, or if the name is not known.
    """
    name = kernels.lower()
    known = {each for names in AS_GOOD.values() for each in names} | {*OLDER}
    if name not in known:
        return ""
    for better, needed in NEEDED.items():
        if name in AS_GOOD[better]:
            return ""
        if instructions >= needed:
            return better
    return ""
