"""The learning rate of each arm, and the selection bias of the best epoch."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from frames import SEEDS, Runs, arm, closed_run, diverged, frame, run

from experiments.comparison import selection_bias, tuned
from experiments.comparison.tuning import CHOSEN_ON, chance, final_runs
from experiments.errors import UserError

RATE = "optimizer.learning_rate"


def at_rate(
    rate: float, values: Sequence[float | None], *overrides: str, seeds: Sequence[int] = SEEDS
) -> Runs:
    """Return runs with these accuracies on the validation set. None is a run that diverged."""
    return [
        run(
            *overrides,
            f"{RATE}={rate}",
            f"seed={seed}",
            validation=[0.99, value or 0.9],  # both look good after the first epoch
            status="diverged" if value is None else "finished",
        )
        for seed, value in zip(seeds, values, strict=False)
    ]


def test_a_run_counts_once_if_it_was_done_with_and_without_a_test_curve() -> None:
    runs = frame([run("seed=1", started=1.0), run("seed=1", "test_curve=true", started=2.0)])
    assert len(runs) == 2
    assert len(final_runs(runs)) == 1


@pytest.mark.parametrize(
    ("rates", "best"),
    [
        pytest.param(
            {0.1: [0.90, 0.91], 0.3: [0.92, 0.93], 1.0: [0.91, 0.92]}, 0.3, id="the best mean"
        ),
        pytest.param({0.1: [0.90] * 5, 0.3: [0.98] * 4 + [None]}, 0.1, id="a diverged run costs"),
        pytest.param({0.1: [0.50] * 5, 0.3: [0.98] * 4 + [None]}, 0.3, id="but not everything"),
        pytest.param(
            {0.1: [0.90, 0.90, 1.0, 1.0], 0.3: [0.91, 0.91]}, 0.3, id="only common seeds count"
        ),
        pytest.param(
            {0.1: [0.90] * 5, 0.3: [0.99] * 2}, 0.3, id="a rate with few seeds is not left out"
        ),
    ],
)
def test_an_arm_gets_the_rate_that_is_best_on_validation(
    rates: dict[float, list[float | None]], best: float
) -> None:
    found = tuned(frame(each for rate, values in rates.items() for each in at_rate(rate, values)))
    assert set(found[RATE]) == {best}
    assert len(found) == len(rates[best])


@pytest.mark.parametrize(
    ("rates", "chosen_on"),
    [
        ({0.1: [0.9, 0.9], 0.3: [0.95] * 4}, (0, 1)),
        ({0.3: [0.95] * 3}, ()),
    ],
)
def test_each_run_has_the_seeds_of_the_choice(
    rates: dict[float, list[float | None]], chosen_on: tuple[int, ...]
) -> None:
    found = tuned(frame(each for rate, values in rates.items() for each in at_rate(rate, values)))
    assert {*found[CHOSEN_ON]} == {chosen_on}


def test_without_a_common_seed_all_seeds_are_those_of_the_choice() -> None:
    runs = [*at_rate(0.1, [0.9], seeds=[0]), *at_rate(0.3, [0.95, 0.94], seeds=[1, 2])]
    assert {*tuned(frame(runs))[CHOSEN_ON]} == {(0, 1, 2)}


def test_the_accuracy_after_the_last_epoch_counts() -> None:
    early = [
        run(f"{RATE}=0.1", validation=[0.99, 0.90]),
        run(f"{RATE}=0.3", validation=[0.5, 0.91]),
    ]
    assert set(tuned(frame(early))[RATE]) == {0.3}


def test_every_arm_gets_its_own_rate_in_every_condition() -> None:
    best = {("mse", "784-30-10"): 1.0, ("ce", "784-30-10"): 0.1, ("mse", "784-20-10-10"): 0.3}
    runs = frame(
        run(f"loss={loss}", f"architecture={sizes}", f"{RATE}={rate}", "seed=1", accuracy=accuracy)
        for (loss, sizes), right in best.items()
        for rate in (0.1, 0.3, 1.0)
        for accuracy in [0.95 if rate == right else 0.9]
    )
    found = tuned(runs)
    chosen = zip(found["loss"], found["architecture"], found[RATE], strict=True)
    assert {(loss, sizes): rate for loss, sizes, rate in chosen} == best


def with_classes(runs: Runs, n_classes: int) -> Runs:
    """Return the runs as if the last layer had another size."""
    return [{**each, "architecture": f"784-64-{n_classes}"} for each in runs]


def test_chance_is_one_divided_by_the_number_of_classes() -> None:
    runs = frame(with_classes([run()], 26) + with_classes([run()], 2) + [run()])
    assert list(chance(runs)) == [1 / 26, 1 / 2, 1 / 10]


def test_chance_is_the_accuracy_of_a_constant_guess_where_it_is_known() -> None:
    runs = frame([run("seed=0"), run("seed=1", status="diverged"), run("seed=2", data="f" * 64)])
    known = runs.assign(**{"test/constant_guess": [0.6, float("nan"), float("nan")]})
    assert list(chance(known)) == [0.6, 0.6, 0.1]


def test_a_rate_that_diverges_does_not_beat_an_accuracy_above_chance() -> None:
    """With 26 letters, 8 % is twice the accuracy of guessing, and 5 % is more than it, too."""
    runs = at_rate(0.1, [0.08, 0.08]) + at_rate(1, [None, None])
    assert set(tuned(frame(with_classes(runs, 26)))[RATE]) == {0.1}
    assert set(tuned(frame(with_classes(at_rate(0.1, [0.05]) + at_rate(1, [None]), 26)))[RATE]) == {
        0.1
    }


def test_a_rate_that_diverges_beats_an_accuracy_below_chance() -> None:
    runs = at_rate(0.1, [0.08, 0.08]) + at_rate(1, [None, None])
    assert set(tuned(frame(with_classes(runs, 10)))[RATE]) == {1.0}


def test_the_accuracy_of_a_constant_guess_on_the_test_set_does_not_decide_about_a_rate() -> None:
    runs = frame(at_rate(0.1, [0.5, None]) + at_rate(1, [0.45, 0.45]))
    assert set(tuned(runs.assign(**{"test/constant_guess": 0.9}))[RATE]) == {1.0}


@pytest.mark.parametrize(("more", "chosen"), [([], 0.06), ([7, 8], 0.03)])
def test_the_highest_rate_stays_chosen_if_it_was_run_on_more_seeds(
    more: list[int], chosen: float
) -> None:
    """The mean of 0.03 is higher by luck; the parabola through all means is highest at 0.06."""
    accuracies = {0.01: 0.940, 0.03: 0.9508, 0.06: 0.948, 0.1: 0.950, 0.3: 0.945, 1.0: 0.93}
    runs = [row for rate, each in accuracies.items() for row in at_rate(rate, [each, each])]
    runs += [
        run("optimizer.learning_rate=0.03", f"seed={seed}", validation=[0.95]) for seed in more
    ]
    assert set(tuned(frame(runs))[RATE]) == {chosen}


@pytest.mark.parametrize("status", ["failed", "interrupted", "running"])
def test_runs_that_have_not_ended_are_not_used(status: str) -> None:
    runs = frame(arm("loss=ce", seeds=[0, 1]))
    unfinished = runs.assign(status=status)
    with pytest.raises(UserError, match="no run has finished or diverged yet"):
        tuned(unfinished)
    assert len(final_runs(frame([*arm("loss=ce", seeds=[0]), run("seed=1", status=status)]))) == 1


def test_of_runs_of_several_versions_of_the_code_the_last_is_used() -> None:
    old, new = run(started=1, accuracy=0.8), run(started=2, accuracy=0.9)
    found = final_runs(frame([{**new, "identity": "f" * 16}, old]))
    assert list(found["test/accuracy"]) == [0.9]


def test_selection_bias_compares_the_gains_on_both_sets() -> None:
    runs = [
        run("seed=0", accuracy=0.90, best_epoch=0.91, validation=[0.90, 0.95, 0.92]),
        run("seed=1", accuracy=0.92, best_epoch=0.91, validation=[0.90, 0.94, 0.93]),
        run("seed=2", status="diverged", validation=[0.99, 0.1]),
    ]
    bias = selection_bias(frame(runs))
    assert bias.validation_gain == pytest.approx((0.03 + 0.01) / 2)
    assert bias.test_gain == pytest.approx(0)


def test_there_is_no_selection_bias_if_nothing_finished() -> None:
    bias = selection_bias(
        frame([*diverged("loss=ce", seeds=[0]), run("loss=mse", status="failed")])
    )
    assert np.isnan(bias.validation_gain)
    assert np.isnan(bias.test_gain)


def test_runs_with_a_closed_test_set_have_no_selection_bias() -> None:
    runs = [
        run("seed=0", accuracy=0.9, best_epoch=0.91, validation=[0.94, 0.9]),
        closed_run("seed=1", validation=[0.8, 0.2]),
    ]
    bias = selection_bias(frame(runs))
    assert (bias.validation_gain, bias.test_gain) == pytest.approx((0.04, 0.01))
    assert math.isnan(selection_bias(frame(runs[1:])).validation_gain)
