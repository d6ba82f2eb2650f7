"""The tuned learning rates of runs with the default options."""

from typing import Any

import frames
import pytest

from experiments.comparison import tuned_rates
from experiments.errors import UserError
from experiments.results import RATE

ACCURACIES = {0.01: 0.94, 0.1: 0.95, 1.0: 0.93}


def runs(*words: str, bonus: float = 0.0, seeds: range = range(2)) -> list[dict[str, Any]]:
    """Return runs with three rates, of which 0.1 is the best."""
    return [
        frames.run(*words, f"{RATE}={rate}", f"seed={seed}", validation=[accuracy + bonus])
        for rate, accuracy in ACCURACIES.items()
        for seed in seeds
    ]


def test_every_combination_of_choices_gets_its_best_rate() -> None:
    frame = frames.frame([*runs("loss=ce"), *runs("loss=mse", "optimizer=adam", bonus=0.01)])
    found = tuned_rates(frame)
    assert list(found) == [
        ("784-30-10", "sigmoid", "ce", "sgd"),
        ("784-30-10", "sigmoid", "mse", "adam"),
    ]
    first, second = found.values()
    assert (first.rate, first.tried, first.seeds, first.epochs) == (0.1, 3, 2, 10)
    assert first.accuracy == pytest.approx(0.95)
    assert second.accuracy == pytest.approx(0.96)
    assert first.images is None
    assert first.words == "95.00%; 3 rates, 2 seeds, 10 epochs of all images"


def test_other_seeds_at_the_best_rate_do_not_change_its_accuracy() -> None:
    more = [
        frames.run("loss=ce", f"{RATE}=0.1", f"seed={seed}", validation=[0.9]) for seed in (7, 8)
    ]
    (found,) = tuned_rates(frames.frame([*runs("loss=ce"), *more])).values()
    assert found.accuracy == pytest.approx(0.95)


@pytest.mark.parametrize(
    "word",
    [
        *("l2=1", "batch_size=20", "loss.output=sigmoid", "architecture.sizes=[784,40,10]"),
        *("schedule=stop_on_plateau", "initializer=he_normal"),
    ],
)
def test_runs_with_other_options_do_not_count(word: str) -> None:
    assert tuned_rates(frames.frame(runs("loss=ce", word))) == {}


def test_runs_with_a_test_curve_count() -> None:
    assert len(tuned_rates(frames.frame(runs("loss=ce", "test_curve=true")))) == 1


def test_one_rate_is_no_choice() -> None:
    row = frames.run("loss=ce", f"{RATE}=0.1", validation=[0.9])
    assert tuned_rates(frames.frame([row])) == {}


@pytest.mark.parametrize("reverse", [False, True])
def test_the_longest_training_counts(reverse: bool) -> None:
    parts = [
        runs("loss=ce", "epochs=5"),
        runs("loss=ce", "dataset.train_size=1000", bonus=0.01),
        runs("loss=ce", bonus=0.02),
    ]
    rows = [row for part in (parts[::-1] if reverse else parts) for row in part]
    (found,) = tuned_rates(frames.frame(rows)).values()
    assert (found.epochs, found.images) == (10, None)
    assert found.accuracy == pytest.approx(0.97)


def test_the_number_of_images_is_in_the_words() -> None:
    (found,) = tuned_rates(frames.frame(runs("loss=ce", "dataset.train_size=1000"))).values()
    assert found.words.endswith("10 epochs of 1,000 images")


def test_without_a_finished_run_there_is_an_error() -> None:
    with pytest.raises(UserError, match="no run has finished or diverged yet"):
        tuned_rates(frames.frame([frames.run("loss=ce", status="running")]))
