"""A mirror process that is killed, and a store that is deleted: MLflow has everything later."""

import os
import signal
from pathlib import Path

import harness
import pytest

FOLLOW = "experiments.mirror.follow"
"""The module of the mirror process."""


def end_mirror_process(program: harness.Program, signum: signal.Signals, before: int = 0) -> int:
    """Send a signal to the mirror process of a program. Return its id, which is not ``before``."""

    def find() -> int | None:
        found = program.processes().items()
        return next((pid for pid, line in found if FOLLOW in line and pid != before), None)

    pid = harness.wait_for(find, "mirror process")
    assert pid is not None
    os.kill(pid, signum)
    return pid


@pytest.mark.stress
def test_the_next_run_tracks_a_run_whose_mirror_process_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *harness.SLOW_AND_ENDLESS) as program:
        harness.wait_for_epoch(folder)
        dead = harness.run_folder(folder)
        for pid in program.processes():
            os.kill(pid, signal.SIGKILL)
        program.wait_until_gone()
    harness.run(folder, "epochs=1", *harness.TINY)
    runs = harness.tracked(harness.uri(folder))
    (new,) = set((folder / "runs").iterdir()) - {dead}
    harness.assert_complete(
        [run for run in runs if run.tags["folder"] == str(dead)], "KILLED", dead
    )
    harness.assert_complete(
        [run for run in runs if run.tags["folder"] == str(new)], "FINISHED", new
    )
    assert harness.recorded_in(dead, runs).tags["status"] == "interrupted"
    assert len(runs) == 2


@pytest.mark.stress
def test_a_mirror_process_that_dies_is_replaced_and_mlflow_has_everything(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *harness.SLOW_AND_ENDLESS) as program:
        harness.wait_for((folder / "mlflow.db").exists, "store")
        end_mirror_process(program, signal.SIGTERM)
        harness.wait_for(lambda: harness.STORE_WARNING in program.output, "warning")
        program.send(signal.SIGTERM)
        assert program.wait() == 143
        output = program.output
    assert "MLflow: the mirror process was ended by SIGTERM; starting another one\n" in output
    assert output.count(harness.STORE_WARNING) == 1
    assert "and in MLflow: browse with" in output
    harness.assert_complete(
        harness.tracked(harness.uri(folder)), "KILLED", harness.run_folder(folder)
    )


@pytest.mark.stress
def test_a_mirror_process_that_dies_twice_is_reported_and_sync_brings_mlflow_up_to_date(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "outputs"
    with harness.start(folder, *harness.SLOW_AND_ENDLESS) as program:
        harness.wait_for_epoch(folder)
        first = end_mirror_process(program, signal.SIGKILL)
        harness.wait_for(lambda: harness.STORE_WARNING in program.output, "warning")
        end_mirror_process(program, signal.SIGKILL, before=first)
        program.send(signal.SIGTERM)
        assert program.wait() == 143
        output = program.output
    assert output.count(harness.STORE_WARNING) == 1
    assert "MLflow is not up to date: the mirror process was ended by SIGKILL\n" in output
    harness.sync(tmp_path, *harness.advice(output, "sync")[2:])
    runs = harness.tracked(harness.uri(folder))
    harness.assert_complete(runs, "KILLED", harness.run_folder(folder))


@pytest.mark.stress
def test_a_deleted_store_is_filled_again_by_the_next_run(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    command = ("-m", "seed=1,2", "epochs=2", *harness.TINY)
    harness.run(folder, *command)
    (folder / "mlflow.db").unlink()
    assert "2 done before" in harness.run(folder, *command)
    runs = [run for run in harness.tracked(harness.uri(folder)) if "run" in run.tags]
    harness.assert_complete(runs, "FINISHED", *harness.jobs(folder).values())
