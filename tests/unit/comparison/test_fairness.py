"""Whether the arms were tuned equally, and how sure the choice of a learning rate is."""

from collections.abc import Mapping, Sequence

import pytest
from frames import Runs, frame, run

from experiments.comparison import compare, named
from experiments.comparison.fairness import tunings
from experiments.comparison.tuning import final_runs

RATE = "optimizer.learning_rate"


def at_rates(loss: str, rates: Mapping[float, Sequence[float]]) -> Runs:
    """Return runs of a loss with these validation accuracies by rate, one for each seed."""
    return [
        run(f"loss={loss}", f"{RATE}={rate}", f"seed={seed}", validation=[accuracy])
        for rate, accuracies in rates.items()
        for seed, accuracy in enumerate(accuracies)
    ]


def sentences(ce: Mapping[float, Sequence[float]], mse: Mapping[float, Sequence[float]]) -> str:
    runs = frame([*at_rates("ce", ce), *at_rates("mse", mse)])
    return " ".join(compare(runs, "loss").unequal_tuning)


FAIR = {0.1: [0.90, 0.91, 0.9], 0.3: [0.95, 0.96, 0.95, 0.95], 1.0: [0.90, 0.91, 0.9]}


def test_equal_tuning_with_a_sure_choice_only_says_that_its_seeds_are_compared_again() -> None:
    assert sentences(FAIR, FAIR) == (
        "Seeds on which learning rates were chosen (on the validation set) are compared again: up"
        " to 75% of the seeds of a row."
    )


def test_seeds_of_the_choice_are_left_out_if_others_confirm_it() -> None:
    confirmed = {**FAIR, 0.3: [0.95, 0.96, 0.95, 0.95, 0.96, 0.95, 0.96, 0.95]}
    assert sentences(confirmed, confirmed) == (
        "Seeds on which learning rates were chosen (on the validation set) are left out: up to 3"
        " in a row."
    )


def test_one_rate_for_each_arm_needs_no_word() -> None:
    assert sentences({0.1: [0.9, 0.91]}, {1.0: [0.9, 0.91]}) == ""


def test_different_numbers_of_rates_are_named() -> None:
    found = sentences(FAIR, {0.3: [0.95, 0.96]})
    assert found.startswith(
        "784-30-10: the arms were not tuned equally: ce softmax had 3 learning rates on 3 seeds (10"
        " epochs of training), mse sigmoid had 1 learning rate (2 epochs of training)."
    )


def test_a_choice_on_fewer_seeds_is_named() -> None:
    found = sentences(FAIR, {0.1: [0.90], 0.3: [0.95] * 4, 1.0: [0.94]})
    assert "mse sigmoid had 3 learning rates on 1 seed (6 epochs of training)." in found


@pytest.mark.parametrize(("rates", "end"), [([0.1, 0.3], "highest"), ([0.3, 1.0], "lowest")])
def test_a_best_rate_at_the_edge_is_named(rates: list[float], end: str) -> None:
    found = sentences({rate: FAIR[rate] for rate in rates}, FAIR)
    assert f"the best learning rate of ce softmax, 0.3, is the {end} of those" in found
    assert "mse" not in found.partition("is the")[2].partition("Seeds")[0].partition(":")[2]


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        (
            {0.1: [0.9], 0.3: [0.95] * 4, 1.0: [0.9]},
            "the 1 seed that all its 3 learning rates have.",
        ),
        (
            {0.1: [0.90] * 6, 0.3: [0.95] * 6, 1.0: [0.94]},  # a stray run
            "the 1 seed that all its 3 learning rates have (6 seeds have several).",
        ),
        (
            {0.1: [0.90] * 6, 0.3: [0.95] * 6, 1.0: [0.94] * 4},
            "the 4 seeds that all its 3 learning rates have (6 seeds have several).",
        ),
    ],
)
def test_a_choice_on_few_seeds_is_said(rates: Mapping[float, Sequence[float]], words: str) -> None:
    found = sentences(rates, FAIR)
    assert f"784-30-10: the learning rate of ce softmax was chosen on {words}" in found
    assert "mse sigmoid was chosen" not in found


def test_rates_without_a_common_seed_are_said() -> None:
    runs = frame(
        [
            run("loss=ce", f"{RATE}=0.1", "seed=0", validation=[0.9]),
            run("loss=ce", f"{RATE}=0.3", "seed=1", validation=[0.95]),
            run("loss=ce", f"{RATE}=0.3", "seed=2", validation=[0.95]),
            *at_rates("mse", FAIR),
        ]
    )
    said = " ".join(compare(runs, "loss").unequal_tuning)
    assert "was chosen on different seeds for its 2 learning rates: no seed has all." in said


def test_a_choice_that_other_seeds_would_not_make_is_unsure() -> None:
    close = {0.1: [0.90, 0.94], 0.3: [0.93, 0.92], 1.0: [0.80, 0.80]}
    runs = final_runs(frame([*at_rates("ce", close), *at_rates("mse", FAIR)]))
    unsure, sure = tunings(named(runs, "loss"))
    assert unsure.chosen == 0.3
    assert unsure.other_choices == pytest.approx(1 / 4, abs=0.06)  # the second seed, drawn twice
    assert sure.other_choices == 0
    said = sentences(close, FAIR)
    assert "The choice of a learning rate is unsure for 1 of 2 arms: 2" in said
    assert "of the 2 seeds would choose another one for ce softmax in 784-30-10." in said
