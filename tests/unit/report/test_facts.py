"""The facts about the runs."""

from frames import diverged, run
from subjects import subject

from experiments.recording import RecordedDataset
from experiments.report.facts import facts, problems
from experiments.report.origin import Origin
from experiments.results import SweepSummary

IMAGES = RecordedDataset(name="mnist", root="", sha256="0", train=2000, validation=100, test=10)
SWEEP = SweepSummary(
    id="0123", name="a sweep", command="python run.py -m", n_runs=5, time=0.0, store=None
)


def test_facts_are_those_of_the_runs_and_unknown_ones_have_no_row() -> None:
    about = subject([run("loss=ce", f"seed={seed}") for seed in range(3)])
    known = {row[0]: row[1] for row in facts(about, Origin({}, IMAGES)).rows}
    assert known["Runs"] == "3 (3 finished)"
    assert known["Seeds"] == "3: 0 to 2"
    assert known["Data"] == "mnist: 2,000 training, 100 validation, 10 test images"
    assert known["Time"] == "3 s of work in 3 runs"
    assert {"Machine", "Versions", "Sweep"}.isdisjoint(known)


def test_epochs_are_those_that_were_asked_for_unless_a_schedule_ended_runs() -> None:
    def epochs(*numbers: int) -> str:
        rows = [
            run("epochs=9", f"seed={seed}", validation=[0.5] * n) for seed, n in enumerate(numbers)
        ]
        return {row[0]: row[1] for row in facts(subject(rows), Origin({}, IMAGES)).rows}["Epochs"]

    assert epochs(9, 9) == "9"
    assert epochs(9, 4) == "at most 9; 1 run ended by the schedule after 4"
    assert epochs(9, 7, 4) == "at most 9; 2 runs ended by the schedule after 4 to 7"


def test_numbers_of_images_are_left_out_if_they_differ() -> None:
    about = subject([run("dataset.train_size=100"), run("dataset.train_size=200")])
    assert ["Data", "mnist"] in facts(about, Origin({}, IMAGES)).rows


def test_missing_and_diverged_runs_are_problems() -> None:
    missing, others = problems(subject([run("loss=ce"), *diverged("loss=mse", seeds=[0])], SWEEP))
    assert missing.startswith("3 of 5 runs have no record")
    assert others == "1 run diverged: loss=mse seed=0."


def test_finished_runs_are_no_problem() -> None:
    assert problems(subject([run("loss=ce")])) == []
