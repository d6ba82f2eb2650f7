"""`experiments compare` on the runs of a study."""

from dataclasses import replace
from pathlib import Path

import frames
import pytest
from msgspec import structs

from experiments.cli.of_study import check_has_ended, naming_studies, seeds_sentence
from experiments.errors import UserError
from experiments.recording import RecordedStudy
from experiments.results import RATE, Scope, SweepSummary

STUDY = RecordedStudy(
    compared="loss",
    tuned=[RATE, "l2"],
    tuning_seeds=2,
    metric="test/accuracy",
    margin=0.1,
    rows=1,
)
SWEEP = SweepSummary(
    id="0" * 16,
    name="losses (small)",
    command="python run.py -m +study=losses",
    n_runs=8,
    time=0,
    store=None,
    study=STUDY,
)
ROWS = [
    frames.run(f"loss={loss}", "l2=5", f"seed={seed}")
    for loss in ("mse", "ce")
    for seed in range(4)
]
RUNS = frames.frame(ROWS)
CLOSED = frames.frame(frames.close(ROWS))
METRIC = "test/accuracy"


def test_a_study_that_has_not_opened_the_test_set_names_its_own_command() -> None:
    for runs in (CLOSED, CLOSED[CLOSED["seed"] < 2]):
        with pytest.raises(UserError) as caught:
            check_has_ended(runs, METRIC, SWEEP)
        assert str(caught.value) == (
            "the study losses (small) has not come to test/accuracy of its arms; it goes on with:"
            " python run.py -m +study=losses"
        )
    check_has_ended(RUNS, METRIC, SWEEP)
    check_has_ended(CLOSED, "validation/accuracy", SWEEP)


def test_a_study_that_ends_after_tuning_has_a_table_only_for_the_rate() -> None:
    ends = structs.replace(STUDY, rows=0)
    with pytest.raises(UserError, match=r"losses \(small\) ends after tuning: it compares nothing"):
        check_has_ended(CLOSED, METRIC, replace(SWEEP, study=ends))
    check_has_ended(CLOSED, METRIC, replace(SWEEP, study=structs.replace(ends, tuned=[RATE])))


def test_other_sweeps_are_not_checked() -> None:
    check_has_ended(CLOSED, METRIC, None)
    check_has_ended(CLOSED, METRIC, replace(SWEEP, study=None))


def test_more_seeds_are_made_by_the_command_of_the_study() -> None:
    assert seeds_sentence(SWEEP).endswith("Its command: python run.py -m +study=losses")


def test_a_folder_without_studies_has_nothing_to_name(tmp_path: Path) -> None:
    with naming_studies(tmp_path, ["loss"], Scope(tmp_path), all_runs=True) as sentences:
        assert not sentences
