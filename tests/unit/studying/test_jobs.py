"""The runs of a study as overrides, with their names and tags."""

from synthetic_study import AXIS, study

from experiments.recording import CONFIRMATION
from experiments.results import RATE
from experiments.studying import StudyJob, job
from experiments.studying.jobs import TUNING

MADE = study(
    blocks={"architecture": ["784-30-10", "784-20-10-10"]},
    tune={RATE: AXIS, "l2": {"low": 0, "high": 1, "points": 3, "scale": "linear"}},
)


def made(stage: str) -> StudyJob:
    return job(MADE, MADE.cells[3], (0.1, 0.5), 7, stage=stage)


def test_a_job_has_the_words_of_its_block_arm_point_and_seed() -> None:
    assert made(TUNING).words == (
        *("architecture=784-20-10-10", "loss=ce", f"{RATE}=0.1", "l2=0.5", "seed=7"),
    )


def test_the_name_of_a_job_is_short_and_complete() -> None:
    assert made(TUNING).name == "784-20-10-10 ce learning_rate=0.1 l2=0.5 seed=7"


def test_the_tags_of_a_job_are_its_stage_and_its_arm() -> None:
    assert made(CONFIRMATION).tags == {"stage": "confirmation", "arm": "loss=ce"}
    assert made(TUNING).tags["stage"] == "tuning"


def test_jobs_of_different_stages_with_the_same_words_are_the_same_run() -> None:
    assert made(TUNING) != made(CONFIRMATION)
    assert made(TUNING).words == made(CONFIRMATION).words
