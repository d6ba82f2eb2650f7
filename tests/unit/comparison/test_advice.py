"""Advice about missing runs."""

from typing import Any

import frames
import pandas as pd
import pytest
from frames import SEEDS, arm, frame

from experiments.comparison import compare
from experiments.comparison.advice import runs_with_more_seeds
from experiments.errors import UserError

RATE = "optimizer.learning_rate"
pytestmark = pytest.mark.usefixtures("fewer_resamples")


def refusal(runs: pd.DataFrame, group: str = "loss", **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        compare(runs, group, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_several_commands_are_followed_by_the_command_that_compares_them() -> None:
    runs = arm("loss=ce", f"{RATE}=0.3", seeds=[0]) + arm("loss=mse", f"{RATE}=3", seeds=[0])
    message = refusal(frame(runs))
    assert len(frames.recommended(message)) == 2
    assert message.endswith("experiments compare loss --all")


def test_conditions_and_seeds_with_one_arm_are_listed_as_incomplete() -> None:
    alone = arm("loss=mse", "architecture=784-20-10-10")
    runs = [*arm("loss=ce"), *arm("loss=mse"), *arm("loss=ce", seeds=[20]), *alone]
    (condition, seed) = compare(frame(runs), "loss").incomplete
    assert condition.startswith("784-20-10-10: only mse has been run; run the others with: python")
    made = {job for line in frames.recommended(condition) for job in frames.jobs(line)}
    identities = {frames.identity_of(job) for job in made}
    assert {frames.identity_of(each["name"].split()) for each in alone} <= identities
    other = [f"loss=ce architecture=784-20-10-10 seed={seed}".split() for seed in SEEDS]
    assert {frames.identity_of(each) for each in other} <= identities
    assert seed == "784-30-10: only ce or mse has seed 20, not both"


def test_a_complete_comparison_has_nothing_incomplete() -> None:
    assert compare(frame(arm("loss=ce") + arm("loss=mse")), "loss").incomplete == []


def test_more_seeds_are_the_smallest_new_ones() -> None:
    runs = frame(arm("loss=ce", seeds=[0, 2, 3]) + arm("loss=mse", seeds=[0, 2, 3]))
    (pair,) = compare(runs, "loss").pairs
    rows = runs_with_more_seeds(pair, 2)
    for loss in ("ce", "mse"):
        assert sorted(rows[rows["loss"] == loss]["seed"]) == [0, 1, 2, 3, 4]
