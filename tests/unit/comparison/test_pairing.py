"""Pairs of arms: matched by seed, in the same condition, with what diverged."""

from collections.abc import Sequence

import pandas as pd
import pytest
from frames import SEEDS, Runs, arm, diverged, frame

from experiments.comparison import Pair, pairs, seed_differences
from experiments.comparison.pairing import share_of_wins


def test_pairs_are_matched_by_seed() -> None:
    a = arm("loss=ce", seeds=[0, 1, 2, 5])
    b = arm("loss=mse", seeds=[7, 5, 2, 1])
    (pair,) = pairs(frame(a + b), "loss")
    accuracy = {(each["loss"], each["seed"]): each["test/accuracy"] for each in a + b}
    assert (pair.arm_a, pair.arm_b) == ("ce softmax", "mse sigmoid")
    assert list(pair.values.index) == [1, 2, 5]
    assert list(pair.values["a"]) == [accuracy["ce", seed] for seed in (1, 2, 5)]
    assert list(pair.values["b"]) == [accuracy["mse", seed] for seed in (1, 2, 5)]


def test_differences_have_a_row_for_each_pair_and_seed() -> None:
    runs = arm("loss=ce", seeds=[0, 1, 2]) + arm("loss=mse", seeds=[1, 2, 3])
    (pair,) = pairs(frame(runs), "loss")
    table = seed_differences([pair])
    assert list(table["seed"]) == [1, 2]
    assert list(table["difference"]) == list(pair.values["a"] - pair.values["b"])
    assert set(table["arms"]) == {"ce softmax - mse sigmoid"}
    assert set(table["condition"]) == {"784-30-10"}


CONDITIONS = [
    ("architecture.sizes=[784,5,10]", "architecture=784-20-10-10"),
    ("epochs=2", "epochs=3"),
    ("l2=0.1", "l2=0.2"),
    ("l2=0.0012345671", "l2=0.0012345672"),
    ("activation=relu", "activation=tanh"),
    ("optimizer=sgd", "optimizer=adam"),
    ("schedule=constant", "schedule=cosine"),
    ("dataset.train_size=null", "dataset.train_size=300"),
]


@pytest.mark.parametrize("conditions", CONDITIONS, ids=" ".join)
def test_only_runs_that_differ_in_the_arm_alone_are_paired(conditions: Sequence[str]) -> None:
    runs = [
        each
        for loss in ("mse", "ce")
        for condition in conditions
        for each in arm(f"loss={loss}", condition, seeds=[0, 1])
    ]
    found = pairs(frame(runs), "loss")
    assert len({pair.condition for pair in found}) == len(found) == 2
    for pair in found:
        assert list(pair.values.index) == [0, 1]
        assert set(pair.runs_a["loss"]) == {"ce"}
        assert set(pair.runs_b["loss"]) == {"mse"}
    first, second = conditions
    apart = arm("loss=ce", first, seeds=[0, 1]) + arm("loss=mse", second, seeds=[0, 1])
    assert pairs(frame(apart), "loss") == []


def test_runs_on_different_images_are_not_paired() -> None:
    runs = [
        each
        for loss in ("mse", "ce")
        for data in ("a" * 64, "b" * 64)
        for each in arm(f"loss={loss}", data=data)
    ]
    found = pairs(frame(runs), "loss")
    assert len(found) == 2
    for pair in found:
        assert pair.runs_a["data"].nunique() == 1
        assert set(pair.runs_a["data"]) == set(pair.runs_b["data"])


def with_divergence() -> Pair:
    """Return a pair on 8 seeds: A diverges on seeds 6 and 7, B on seed 7; A wins the others."""
    runs: Runs = (
        arm("loss=ce", at=0.95, seeds=range(6))
        + diverged("loss=ce", seeds=[6, 7])
        + arm("loss=mse", at=0.9, seeds=range(7))
        + diverged("loss=mse", seeds=[7])
    )
    (pair,) = pairs(frame(runs), "loss")
    return pair


def test_a_diverged_run_has_no_value_and_loses() -> None:
    pair = with_divergence()
    assert [each.failed for each in pair.failures] == [2, 1]
    assert pair.failed_alone == (1, 0)
    assert list(pair.learned.index) == list(range(6))
    assert list(pair.values["a"].isna()) == [False] * 6 + [True] * 2
    assert list(pair.finished.index) == list(range(6))
    assert pair.superiority == (6 + 0.5) / 8  # two runs that diverged are a tie
    assert list(seed_differences([pair])["seed"]) == list(range(6))


def test_a_pair_that_learned_has_no_failures() -> None:
    (pair,) = pairs(frame(arm("loss=ce", at=0.95) + arm("loss=mse")), "loss")
    assert not pair.failed.any(axis=None)
    assert len(pair.learned) == len(SEEDS)


def test_a_run_that_is_stuck_far_below_its_arm_failed() -> None:
    stuck = arm("loss=ce", at=0.84, seeds=[7])
    runs = arm("loss=ce", at=0.96, seeds=range(7)) + stuck + arm("loss=mse", at=0.96)
    (pair,) = pairs(frame(runs), "loss")
    assert pair.failed_alone == (1, 0)
    assert list(pair.learned.index) == list(range(7))
    assert list(pair.finished.index) == list(SEEDS)
    assert pair.medians == pytest.approx((0.96, 0.96), abs=0.001)


def test_ties_count_half_a_win() -> None:
    assert share_of_wins(pd.Series([1.0, 1, 2, 0]), pd.Series([0.0, 1, 2, 3])) == 0.5
