"""Seeds in words."""

import pytest

from experiments.comparison.seed_words import seed_words


@pytest.mark.parametrize(
    ("seeds", "words"),
    [
        ([10], "seed 10"),
        ([5, 3], "seeds 3, 5"),
        ([3, 4], "seeds 3, 4"),
        ([2, 3, 4], "seeds 2 to 4"),
        ([1, *range(10, 43)], "seeds 1, 10 to 42"),
        ([1, 1], "seed 1"),
    ],
)
def test_seeds_that_follow_each_other_are_a_range(seeds: list[int], words: str) -> None:
    assert seed_words(seeds) == words
