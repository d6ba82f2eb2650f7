"""The lines that end a search."""

from experiments.recording import Status
from experiments.searching import Choice, Options, Search, closing_lines, stage
from experiments.searching.space import Part
from experiments.terminal import RunSummary

PARTS: list[Part] = [Choice("loss", ("loss=mse", "loss=ce")), "epochs=9", "seed=3", "retry=true"]


def lines(*results: tuple[Status, float]) -> tuple[list[str], list[str]]:
    """Return the lines about trials with these results, and the values of all trials."""
    with Search.opened(None, "name", PARTS, Options(len(results), 0, "tpe", pruning=True)) as study:
        batch = study.next_batch(len(results))
        for trial, (status, accuracy) in zip(batch, results, strict=True):
            study.tell(trial.number, RunSummary("", status, 1, (accuracy,), None, 1.0))
        return closing_lines(study, seed=3), [" ".join(trial.values) for trial in batch]


def test_the_first_of_the_best_trials_has_a_command_with_other_seeds() -> None:
    finished = Status.FINISHED
    printed, values = lines(
        (finished, 0.5), (finished, 0.75), (finished, 0.75), (Status.INTERRUPTED, 0.8)
    )
    assert printed == [
        "4 trials: 3 done, 1 stopped early. The best on the validation set is trial 1 with 75.00%:"
        f" {values[1]}",
        "It was chosen on seed 3; with other seeds:  python run.py -m"
        f" {values[1]} epochs=9 'seed=range(4,9)'",
    ]


def test_without_a_finished_trial_there_is_no_best_one() -> None:
    printed, _ = lines((Status.INTERRUPTED, 0.5))
    assert printed == ["1 trial: 1 stopped early. None reached its last epoch."]


def test_a_search_that_goes_on_says_how_far_it_is() -> None:
    with Search.opened(None, "name", PARTS, Options(9, 0, "tpe", pruning=False)) as study:
        assert stage(study, 9) == "search: 0 of 9 trials"
        for trial, accuracy in zip(study.next_batch(2), (0.5, 0.75), strict=True):
            study.tell(trial.number, RunSummary("", Status.FINISHED, 1, (accuracy,), None, 1.0))
        assert stage(study, 9) == (
            "search: 2 of 9 trials, best so far 75.00% on validation (trial 1)"
        )
