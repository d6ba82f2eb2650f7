"""The setting of a preset that is named by some of its words."""

import pytest

from experiments.configuration import Case
from experiments.verifying.repeated_setting import repeated_setting

SMALL = Case(settings={"architecture.sizes": [784, 30, 10], "optimizer.learning_rate": 100.0})
LARGE = Case(settings={"architecture.sizes": [784, 100, 10], "optimizer.learning_rate": 0.001})
LONG = Case(settings={"architecture.sizes": [784, 100, 10], "epochs": 60})


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["optimizer.learning_rate=100"], SMALL),
        (["optimizer.learning_rate=1e-3"], LARGE),
        (["architecture.sizes=[784,30,10]", "seed=3"], SMALL),
        (["++epochs=60"], LONG),
        (["architecture.sizes=[784,100,10]", "optimizer.learning_rate=5"], LONG),
        (["architecture.sizes=[784,100,10]"], None),
        (["architecture.sizes=[784,30,10]", "optimizer.learning_rate=0.001"], None),
        (["optimizer.learning_rate=5"], None),
        (["epochs=60,30"], None),
        (["~epochs"], None),
        ([], None),
    ],
)
def test_the_only_setting_that_the_words_repeat(words: list[str], expected: Case | None) -> None:
    assert repeated_setting([SMALL, LARGE, LONG], words) == expected
