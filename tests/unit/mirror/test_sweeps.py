"""MLflow's status of a sweep. Whole sweeps are in the system tests."""

import pytest

from experiments.mirror.sweeps import sweep_status
from experiments.recording import Status

FINISHED, DIVERGED, FAILED = Status.FINISHED, Status.DIVERGED, Status.FAILED
INTERRUPTED, RUNNING = Status.INTERRUPTED, Status.RUNNING


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ([FINISHED, FINISHED], "FINISHED"),
        ([FINISHED, DIVERGED], "FAILED"),
        ([FAILED, FINISHED], "FAILED"),
        ([FINISHED, FAILED, INTERRUPTED], "KILLED"),
        ([FINISHED, Status.PLANNED], "KILLED"),
        ([FINISHED, Status.DAMAGED], "KILLED"),
        ([INTERRUPTED, RUNNING, FAILED], "RUNNING"),
    ],
)
def test_a_sweep_has_the_worst_status_of_its_runs(runs: list[Status], expected: str) -> None:
    assert sweep_status(runs) == expected
