"""Seeds in words."""

from collections.abc import Iterable

SHORTEST_RANGE = 3


def seed_words(seeds: Iterable[int]) -> str:
    """Return some seeds in words: `seed 10`, `seeds 3, 5`, `seeds 1, 10 to 42`."""
    ranges: list[list[int]] = []
    for seed in sorted({*seeds}):
        if ranges and ranges[-1][-1] == seed - 1:
            ranges[-1].append(seed)
        else:
            ranges.append([seed])
    words = [
        word
        for each in ranges
        for word in (
            [f"{each[0]} to {each[-1]}"] if len(each) >= SHORTEST_RANGE else map(str, each)
        )
    ]
    one = len(ranges) == len(ranges[0]) == 1
    return f"seed{'' if one else 's'} {', '.join(words)}"
