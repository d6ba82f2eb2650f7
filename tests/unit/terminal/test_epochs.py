"""The epochs of a recorded run, which its schedule may make fewer."""

from typing import Any

import records

from experiments.recording import Record, Status
from experiments.terminal import Epochs

PLATEAU = {"_target_": "nn.StopOnPlateau", "patience": 2}


def record(n: int, *events: Any, schedule: dict[str, Any] = PLATEAU) -> Record:
    """Return a run of up to 9 epochs, of which ``n`` are complete, all with one accuracy."""
    start = records.start(config={"schedule": schedule, "epochs": 9})
    return records.record(start, *records.epochs(n), *events)


def test_a_schedule_may_make_the_epochs_fewer_until_the_training_has_ended() -> None:
    assert Epochs.of(record(2)) == Epochs(2, 9, may_end=True)
    assert Epochs.of(record(3)) == Epochs(3, 3)
    assert Epochs.of(record(2, records.end(Status.DIVERGED))) == Epochs(2, 9)
    assert (Epochs(2, 9).left, str(Epochs(2, 9))) == (7, "2/9")


def test_other_schedules_end_nothing() -> None:
    for schedule in (
        {"_target_": "nn.Constant"},
        {"_target_": "nn.HalveOnPlateau", "patience": 1, "smallest": None},
        {"_target_": "nn.HalveOnPlateau", "patience": 1},  # as older records have it
        {"_target_": "gone.Schedule"},
    ):
        assert Epochs.of(record(3, schedule=schedule)) == Epochs(3, 9)
