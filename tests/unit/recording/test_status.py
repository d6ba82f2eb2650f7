"""The status of a run."""

from experiments.recording import Status


def test_only_finished_and_diverged_runs_are_complete() -> None:
    final = {status for status in Status if status.final}
    assert final == {Status.FINISHED, Status.DIVERGED}


def test_a_status_is_shown_and_recorded_as_its_word() -> None:
    assert [f"{status}" for status in Status] == [
        "planned",
        "running",
        "finished",
        "diverged",
        "failed",
        "interrupted",
        "damaged",
    ]
    assert Status("failed") is Status.FAILED
