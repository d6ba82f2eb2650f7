"""Two processes that do the same run, or the same sweep, at the same time."""

import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

RUN = ("epochs=40", "dataset.train_size=300", "dataset.validation_size=500", NOT_TRACKED)
SWEEP = ("-m", "seed=0,1", "epochs=2", *RUN[1:3])


class Together:
    """Two processes for the same run. The first is stopped until the second waits for it.

    Then the first continues, or it is killed.
    """

    def __init__(self, folder: Path, signum: signal.Signals) -> None:
        self.folder = folder
        with harness.start(folder, *RUN) as first:
            harness.wait_for_epoch(folder)
            first.send(signal.SIGSTOP)
            with harness.start(folder, *RUN, log=folder.with_suffix(".second.log")) as second:
                harness.wait_for(lambda: "waiting for it" in second.output, "message of the wait")
                first.send(signum)
                self.exit_codes = (first.wait(), second.wait())
                self.outputs = (first.output, second.output)


def test_two_processes_with_the_same_run_train_it_once(tmp_path: Path) -> None:
    together = Together(tmp_path / "together", signal.SIGCONT)
    assert together.exit_codes == (0, 0)
    first, second = together.outputs
    assert "  another process is doing this run; waiting for it\n" in second
    assert "done before; finished" in second
    assert "waiting" not in first
    kinds = [event["event"] for event in harness.events(together.folder)]
    assert kinds == ["start", "certificate", *["epoch"] * 40, "end"]


@pytest.mark.stress
def test_the_second_process_resumes_the_run_when_the_first_is_killed(tmp_path: Path) -> None:
    taken_over = Together(tmp_path / "taken over", signal.SIGKILL)
    assert taken_over.exit_codes == (-signal.SIGKILL, 0)
    (resume,) = harness.events(taken_over.folder, "resume")
    assert resume["remark"] == ""
    epochs = [event["epoch"] for event in harness.events(taken_over.folder, "epoch")]
    assert epochs == list(range(1, 41))
    harness.run(tmp_path / "undisturbed", *RUN)
    assert harness.results(taken_over.folder) == harness.results(tmp_path / "undisturbed")


def _do_twice_at_once(folder: Path, *arguments: str) -> None:
    """Start the same command twice at the same time, and wait until both have succeeded."""
    second_log = folder.with_suffix(".second.log")
    with (
        harness.start(folder, *arguments) as first,
        harness.start(folder, *arguments, log=second_log) as second,
    ):
        assert (first.wait(), second.wait()) == (0, 0), first.output + second.output
    assert list(harness.jobs(folder)) == ["seed=0", "seed=1"]
    for job in harness.jobs(folder).values():
        kinds = [event["event"] for event in harness.events(job)]
        assert kinds == ["start", "certificate", *["epoch"] * 2, "end"]


@pytest.mark.stress
def test_two_sweeps_of_the_same_runs_train_each_run_once(tmp_path: Path) -> None:
    _do_twice_at_once(tmp_path / "outputs", *SWEEP, NOT_TRACKED)


@pytest.mark.stress
def test_two_sweeps_of_the_same_runs_track_each_run_once(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    _do_twice_at_once(folder, *SWEEP)
    runs, jobs = harness.by_name(harness.uri(folder)), harness.jobs(folder)
    (parent,) = runs.keys() - jobs.keys()
    assert runs[parent].status == "FINISHED"
    for name, job in jobs.items():
        assert runs[name].tags["mlflow.parentRunId"] == runs[parent].id
        assert (runs[name].status, runs[name].tags["status"]) == ("FINISHED", "finished")
        assert runs[name].metrics == harness.histories(job)
        assert len(runs[name].models) == 1
