"""Sentences of a text as hypotheses."""

import re

import frames
import msgspec
import pandas as pd
import pytest

from experiments.configuration import Claim
from experiments.replicating.hypotheses import Answer, hypotheses

CLAIM = Claim(
    says="deeper is better", group="architecture", arm="784-20-10-10", against="784-20-10"
)


def runs(difference: float, seeds: int = 10) -> pd.DataFrame:
    """Return runs of both arms; the deeper one is better by this difference."""
    return frames.frame(
        frames.run(
            f"architecture.sizes={sizes}",
            f"seed={seed}",
            accuracy=0.9 + better + frames.NOISE[(seed + shift) % 8],
        )
        for sizes, better, shift in (("[784,20,10]", 0.0, 0), ("[784,20,10,10]", difference, 3))
        for seed in range(seeds)
    )


@pytest.mark.parametrize(
    ("difference", "expects", "answer"),
    [
        (0.02, "better", Answer.HOLDS),
        (-0.02, "better", Answer.FAILS),
        (0.0, "better", Answer.FAILS),
        (0.0, "tie", Answer.HOLDS),
        (0.02, "tie", Answer.FAILS),
    ],
)
def test_the_comparison_decides(difference: float, expects: str, answer: Answer) -> None:
    claim = msgspec.structs.replace(CLAIM, expects=expects)
    (found,) = hypotheses([claim], runs(difference))
    assert found.answer is answer
    words = re.fullmatch(
        r"784-20-10-10 minus 784-20-10: (\S+) points \[(\S+), (\S+)\], 10 seeds", found.reason
    )
    assert words is not None
    mean, low, high = map(float, words.groups())
    assert low < 100 * difference < high
    assert mean == pytest.approx(100 * difference, abs=0.011)


def test_the_difference_is_that_of_the_arm_that_the_sentence_names() -> None:
    other = Claim(says="", group="architecture", arm="784-20-10", against="784-20-10-10")
    (found,) = hypotheses([other], runs(0.02))
    assert found.answer is Answer.FAILS
    assert found.reason.startswith("784-20-10 minus 784-20-10-10: -2.00 points [-2.")


def test_few_seeds_decide_nothing() -> None:
    (found,) = hypotheses([CLAIM], runs(0.02, seeds=2))
    assert found.answer is Answer.UNDECIDED
    assert found.reason == "784-20-10-10 minus 784-20-10: +1.99 points, 2 seeds"


def test_runs_without_the_arms_decide_nothing() -> None:
    one = runs(0.02)
    (found,) = hypotheses([CLAIM], one[one["architecture"] == "784-20-10"])
    assert found.answer is Answer.UNDECIDED
    assert "\n" not in found.reason
