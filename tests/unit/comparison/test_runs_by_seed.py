"""What the runs of several arms say on each common seed."""

import math

import numpy as np
import pandas as pd
import pytest
from frames import arm, diverged, frame, run

from experiments.comparison.image_error import image_error
from experiments.comparison.runs_by_seed import RunsBySeed, runs_by_seed
from experiments.recording import METRICS, pack_correct

ACCURACY = METRICS[0]


def of(arms: dict[str, pd.DataFrame]) -> RunsBySeed:
    return runs_by_seed(arms, ACCURACY)


def test_only_seeds_that_all_arms_have_are_rows() -> None:
    seeds = {"a": [3, 1, 2, 0], "b": [1, 2, 3], "c": [7, 3, 1]}
    arms = {
        name: frame(arm("loss=ce", at=at, seeds=seeds[name]))
        for name, at in (("a", 0.7), ("b", 0.8), ("c", 0.9))
    }
    found = of(arms)
    assert list(found.values.columns) == ["a", "b", "c"]
    assert list(found.values.index) == [1, 3]
    for name, runs in arms.items():
        by_seed = runs.set_index("seed")[ACCURACY]
        assert list(found.values[name]) == [by_seed[1], by_seed[3]]


def test_a_seed_counts_if_all_runs_learned() -> None:
    learned = frame(arm("loss=ce", at=0.9, seeds=range(5)))
    other = frame([*arm("loss=mse", at=0.9, seeds=range(4)), *diverged("loss=mse", seeds=[4])])
    stuck = frame([*arm("l2=1", at=0.9, seeds=range(1, 5)), *arm("l2=1", at=0.5, seeds=[0])])
    found = of({"a": learned, "b": other, "c": stuck})
    assert list(found.finished.index) == [0, 1, 2, 3]
    assert list(found.learned.index) == [1, 2, 3]
    assert found.failed.sum().to_dict() == {"a": 0, "b": 1, "c": 1}


@pytest.mark.parametrize(("others", "rows"), [(4, range(7)), (5, range(3, 8))])
def test_seeds_on_which_a_rate_was_chosen_are_left_out_if_enough_others_remain(
    others: int, rows: range
) -> None:
    seeds = range(3 + others)
    tuned = frame(arm("loss=ce", seeds=seeds))
    tuned = tuned.assign(chosen_on=[(0, 1, 2)] * len(tuned))
    found = of({"a": tuned, "b": frame(arm("loss=mse", seeds=seeds))})
    assert found.chosen_on == {0, 1, 2}
    for each in (found.values, found.failed, found.correct):
        assert list(each.index) == list(rows)
    assert found.reused == len({0, 1, 2} & {*rows})


def test_the_image_error_is_that_of_the_weighted_sum() -> None:
    rng = np.random.default_rng(0)
    correct = {name: rng.random((4, 500)) < 0.9 for name in "abcd"}
    arms = {
        name: frame(
            {
                **run("loss=ce", f"seed={seed}", accuracy=float(row.mean())),
                "test/correct": pack_correct(row),
            }
            for seed, row in enumerate(rows)
        )
        for name, rows in correct.items()
    }
    weights = {"a": 0.5, "b": 0.5, "c": -0.75, "d": -0.25}
    total = sum(np.float32(weight) * correct[name] for name, weight in weights.items())
    found = of(arms)
    assert found.weighted_image_error(weights) == image_error(np.asarray(total)) > 0
    unknown = {**arms, "d": arms["d"].assign(**{"test/correct": None})}
    assert math.isnan(of(unknown).weighted_image_error(weights))


@pytest.mark.parametrize("seed", [0, 1])
def test_below_two_seeds_no_image_error_is_known(seed: int) -> None:
    arms = {"a": frame(arm("loss=ce", seeds=[0])), "b": frame(arm("loss=mse", seeds=[seed]))}
    assert math.isnan(of(arms).weighted_image_error({"a": 1, "b": -1}))


def test_no_number_of_the_test_set_decides_which_runs_failed_on_validation() -> None:
    """So the answer is the same before a study opens its test set, and after it."""
    runs = frame([run(f"seed={seed}", accuracy=0.2, validation=[0.2]) for seed in range(5)])
    opened = runs.assign(**{"test/constant_guess": 0.3})
    before, after = (runs_by_seed({"A": each}, "validation/accuracy") for each in (runs, opened))
    assert not before.failed["A"].any()
    assert not after.failed["A"].any()
    assert runs_by_seed({"A": opened}, "test/accuracy").failed["A"].all()
