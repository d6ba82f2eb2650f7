"""Sweeps as MLflow has them, made from tags."""

import pytest
import records
import tracked
from msgspec import structs

from experiments.errors import UserError
from experiments.mirror import TrackedSweep
from experiments.mirror.tags import sweep_tags
from experiments.mirror.tracked_sweeps import tracked_sweep
from experiments.recording import RecordedStudy

URI = "http://127.0.0.1:5000"
TAGS = {
    "sweep": "5" * 16,
    "runs": "12",
    "overrides": '["loss=ce,mse", "dataset.root=/my images"]',
    "mlflow.note.content": "my favourite sweep",
}


def test_a_sweep_is_made_from_its_tags_and_not_from_its_description() -> None:
    assert tracked_sweep(tracked.run(TAGS), URI) == TrackedSweep(
        id="5" * 16,
        name="4-3-2 ce sgd",
        overrides=["loss=ce,mse", "dataset.root=/my images"],
        n_runs=12,
        time=1000.5,
    )


@pytest.mark.parametrize("changed", [{"runs": "many"}, {"runs": ""}, {"overrides": "loss=ce,mse"}])
def test_a_tag_that_a_user_has_changed_is_an_error(changed: dict[str, str]) -> None:
    with pytest.raises(UserError, match=f"^{URI}: the tags of run r1 were changed"):
        tracked_sweep(tracked.run({**TAGS, **changed}), URI)


def test_a_missing_number_of_runs_is_an_error() -> None:
    tags = {name: value for name, value in TAGS.items() if name != "runs"}
    with pytest.raises(UserError, match="the tags of run r1 were changed"):
        tracked_sweep(tracked.run(tags), URI)


def test_a_study_is_read_back_from_the_tags_of_its_record() -> None:
    study = RecordedStudy(
        compared="loss", tuned=["l2"], tuning_seeds=2, metric="test/accuracy", margin=0.1, rows=1
    )
    environment = {"user": "somebody"}
    record = structs.replace(records.sweep_record(["1"]), study=study, environment=environment)
    assert tracked_sweep(tracked.run(sweep_tags(record)), URI).study == study
    assert tracked_sweep(tracked.run(TAGS), URI).study is None
