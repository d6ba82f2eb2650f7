"""Pruning: the accuracies that trials must reach."""

from collections.abc import Sequence

import optuna

from experiments.searching.pruning import LEAST_TRIALS, accuracies_to_reach


def trials(*accuracies: Sequence[float]) -> list[optuna.trial.FrozenTrial]:
    """Return trials with these accuracies, one per epoch."""
    return [
        optuna.trial.create_trial(value=each[-1], intermediate_values=dict(enumerate(each, 1)))
        for each in accuracies
    ]


def test_the_median_of_the_trials_that_reached_an_epoch_is_to_be_reached() -> None:
    short = [[0.0, 0.0, value] for value in (0.1, 0.2)]
    long = [[0.0, 0.0, value, *[0.0] * 5, value + 0.5] for value in (0.3, 0.4, 0.45, 0.46, 0.47)]
    assert accuracies_to_reach(trials(*short, *long)) == [0, 0, 0.4, 0, 0, 0, 0, 0, 0.95]


def test_a_few_trials_stop_no_other() -> None:
    few = [[0.1, 0.1, 0.1]] * (LEAST_TRIALS - 1)
    assert accuracies_to_reach(trials(*few)) == []
    assert accuracies_to_reach(trials(*few, [0.1, 0.1])) == []
    assert accuracies_to_reach(trials(*few, [0.1, 0.1, 0.1])) == [0, 0, 0.1]
