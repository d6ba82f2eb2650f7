"""Runs as MLflow has them, made from tags, params and metrics."""

import pytest
import records
import tracked

from experiments.errors import UserError
from experiments.mirror import TrackedRun
from experiments.mirror.correct_tags import correct_tags
from experiments.mirror.tags import certificate_tags
from experiments.mirror.tracked_runs import tracked_run
from experiments.recording import Status

URI = "http://127.0.0.1:5000"
TAGS = {
    "identity": "1" * 16,
    "status": "failed",
    "message": "no memory",
    "folder": "/my outputs/runs/1",
    "data.sha256": "da7a",
    "sweeps": '["5", "6"]',
    "mlflow.note.content": "finished: edited by a user",
}


def test_a_run_is_made_from_its_tags_and_not_from_its_description() -> None:
    run = tracked.run(
        {
            **TAGS,
            **certificate_tags(records.certificate()),
            **correct_tags(records.CORRECT_IMAGES),
        },
        params={"loss": "ce"},
        metrics={"train/cost": 0.5, "test/cost": 0.25, "best_epoch/test/cost": 0.125},
    )
    assert tracked_run(run, URI) == TrackedRun(
        id="r1",
        identity="1" * 16,
        name="4-3-2 ce sgd",
        status=Status.FAILED,
        message="no memory",
        folder="/my outputs/runs/1",
        data="da7a",
        sweeps=["5", "6"],
        started=1000.5,
        ended=1002.5,
        parameters={"loss": "ce"},
        certificate=records.certificate(),
        end_metrics={"test/cost": 0.25, "best_epoch/test/cost": 0.125},
        correct_images=records.CORRECT_IMAGES,
    )


def test_a_run_that_has_just_begun_is_running_and_has_no_end() -> None:
    found = tracked_run(tracked.run({"identity": "1"}, end=None), URI)
    assert (found.status, found.ended) == (Status.RUNNING, None)
    assert (found.message, found.folder, found.data, found.sweeps) == ("", "", "", [])
    assert found.correct_images == {}
    assert found.certificate is None


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "good"},
        {"sweeps": "5 6"},
        {"sweeps": "[1]"},
        {"status": ""},
        {"certificate.json": "right"},
        {"certificate.json": "{}"},
        {"test/correct/1": "eJz="},
    ],
)
def test_a_tag_that_a_user_has_changed_is_an_error(changed: dict[str, str]) -> None:
    with pytest.raises(UserError, match=f"^{URI}: the tags of run r1 were changed"):
        tracked_run(tracked.run({**TAGS, **changed}), URI)
