"""The runs of a study that give its table."""

import frames

from experiments.comparison import compared_runs, study_runs, without_tuned
from experiments.recording import RecordedStudy
from experiments.results import RATE

RUNS = frames.frame(
    frames.run(f"loss={loss}", f"l2={l2}", f"{RATE}={rate}", f"seed={seed}")
    for loss in ("mse", "ce")
    for l2, rate in ((1, 0.1), (5, 0.2))
    for seed in range(4)
)


def recorded(*tuned: str) -> RecordedStudy:
    """Return a study of the losses with these tuned options, on two seeds."""
    return RecordedStudy(
        compared="loss", tuned=[*tuned], tuning_seeds=2, metric="test/accuracy", margin=0.1, rows=1
    )


def test_all_runs_are_taken_if_only_the_learning_rate_was_tuned() -> None:
    assert study_runs(RUNS, recorded(RATE)) is RUNS


def test_otherwise_the_runs_on_the_other_seeds_are_taken_without_the_tuned_options() -> None:
    found = study_runs(RUNS, recorded(RATE, "l2"))
    assert set(found["seed"]) == {2, 3}
    assert found["l2"].isna().all()
    assert set(found[RATE]) == {0.1, 0.2}


def test_the_compared_runs_are_those_on_seeds_that_tuning_did_not_use() -> None:
    assert set(compared_runs(RUNS, recorded(RATE))["seed"]) == {2, 3}


def test_the_rate_is_kept_even_if_it_was_tuned() -> None:
    assert without_tuned(RUNS, recorded(RATE, "l2"))[RATE].equals(RUNS[RATE])
