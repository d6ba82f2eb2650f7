"""The verdicts of what a sweep has swept."""

import frames
import pandas as pd
import pytest

from experiments.comparison import sweep_verdicts as module
from experiments.comparison.sweep_verdicts import swept


def both(*words: str) -> pd.DataFrame:
    return frames.frame([each for word in words for each in frames.arm(*word.split())])


@pytest.mark.parametrize(
    ("arms", "expected"),
    [
        (("loss=ce", "loss=mse"), ["loss"]),
        (("loss=ce optimizer=sgd", "loss=mse optimizer=adam"), ["loss", "optimizer"]),
        (("l2=0", "l2=5"), ["l2"]),
        (("optimizer.learning_rate=0.1", "optimizer.learning_rate=0.2"), []),
    ],
)
def test_what_has_several_values_is_swept(arms: tuple[str, ...], expected: list[str]) -> None:
    assert swept(both(*arms)) == expected


def test_it_is_the_program_that_the_mirror_starts() -> None:
    from experiments.mirror.verdicts import PROGRAM

    assert module.__name__ == PROGRAM
