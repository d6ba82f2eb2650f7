"""`experiments status`: how sweeps and runs stand, from what is on the disk."""

import re
import signal
from pathlib import Path

import harness
import pytest
from harness import EXPERIMENTS, NOT_TRACKED, Program

BRIEF = ("dataset.train_size=300", "dataset.validation_size=500", NOT_TRACKED)
SWEEP = (
    *("-m", "epochs=5,100000", "l2=0,300", "optimizer.learning_rate=3", *BRIEF),
    "hydra.launcher.processes=1",
)
"""The first run finishes; the second diverges, as each step multiplies its weights by -2; the third
never ends, so that the fourth is not begun.
"""
LARGE = ("architecture.sizes=[784,100000000000,10]", *BRIEF)  # fits into no machine's memory


def _status(outputs: Path, *arguments: str | Path) -> tuple[int, str]:
    command = [EXPERIMENTS, "status", *arguments, "--outputs", outputs]
    with Program(command, outputs.with_suffix(".status.log")) as program:
        return program.wait(), program.output


def _rows(output: str) -> dict[str, list[str]]:
    """Return the cells of the table by the run's name."""
    lines = output.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("run ")) + 1
    rows = [re.split(r" {2,}", line.strip()) for line in lines[first:]]
    return {row[0]: row[1:] for row in rows if len(row) > 1}


class Standing:
    """What is said while a sweep goes on, and after it was killed; a run on its own has failed."""

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs
        with harness.start(outputs, *LARGE) as program:
            assert program.wait() == 1, program.output
        (failed,) = (outputs / "runs").iterdir()
        self.failed = failed.name
        with harness.start(outputs, *SWEEP) as program:
            self.sweep, runs = self._third_begun()
            self.during = _status(outputs)
            program.send(signal.SIGSTOP)  # or it would see and record the death of its job
            (job,) = (pid for pid in program.processes() if pid != program.process.pid)
            self.runs = runs
            harness.os.kill(job, signal.SIGKILL)
        program.wait_until_gone()
        self.after = _status(outputs)

    def _third_begun(self) -> tuple[Path, list[Path]]:
        """Return the folders of the sweep and of its runs once the third has an epoch."""
        harness.wait_for(lambda: list(self.outputs.glob("sweeps/*/sweep.json")), "sweep")
        runs = list(harness.jobs(self.outputs).values())
        harness.wait_for_epoch(runs[2])
        return harness.sweep_folder(self.outputs), runs


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Standing:
    return Standing(tmp_path_factory.mktemp("standing") / "outputs")


def test_the_table_says_how_each_run_of_a_sweep_stands(standing: Standing) -> None:
    code, output = standing.during
    assert code == 0
    rows = _rows(output)
    assert list(rows) == [
        *("epochs=5 l2=0", "epochs=5 l2=300", "epochs=100000 l2=0", "epochs=100000 l2=300"),
    ]
    finished, diverged, running, planned = rows.values()
    (end,) = harness.events(standing.runs[0], "end")
    assert finished[:2] == ["finished", "5/5"]
    assert finished[3] == f"{end['metrics']['test/accuracy']:.2%}"
    assert diverged[:2] == ["diverged", "2/5"]
    assert running[0] == "running"
    assert re.fullmatch(r"[1-9]\d*/100000", running[1])
    assert planned == ["planned"]
    assert re.search(r"NaN or infinite in epoch 3", output)


def test_a_run_under_way_has_a_time_to_go(standing: Standing) -> None:
    _, output = standing.during
    (line,) = (line for line in output.splitlines() if " running " in line and "/100000" in line)
    assert re.search(r"\d+:\d\d(:\d\d)?$", line.rstrip())


def test_a_killed_run_is_interrupted_and_no_longer_running(standing: Standing) -> None:
    code, output = standing.after
    assert code == 0
    *_, interrupted, planned = _rows(output).values()
    assert interrupted[0] == "interrupted"
    assert planned == ["planned"]


def test_each_sweep_and_the_runs_on_their_own_have_a_line(standing: Standing) -> None:
    title = f"{standing.sweep.name}  epochs=5,100000 l2=0,300"
    for (_, output), state in ((standing.during, "running"), (standing.after, "interrupted")):
        (line,) = (line for line in output.splitlines() if line.startswith(title))
        counts = sorted(
            ("1 diverged", "1 finished", "1 planned", f"1 {state}"), key=lambda s: s[2:]
        )
        assert line.endswith(f" {', '.join(counts)}")
        assert "runs on their own 1 failed" in output


def test_a_failed_run_on_its_own_is_shown_with_its_cause(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with harness.start(outputs, *LARGE) as program:
        assert program.wait() == 1
    code, output = _status(outputs)
    assert code == 0
    (row,) = _rows(output).values()
    assert row[0] == "failed"
    assert "Unable to allocate" in output


def test_a_sweep_is_chosen_by_its_folder_or_how_its_id_begins(standing: Standing) -> None:
    expected = _rows(standing.after[1])
    for chosen in (standing.sweep, standing.sweep.name[:5]):
        code, output = _status(standing.outputs, chosen)
        assert code == 0
        assert _rows(output) == expected
        assert "on their own" not in output


def test_a_sweep_that_is_not_there_is_said(standing: Standing) -> None:
    code, output = _status(standing.outputs, "nonsense")
    assert code == 1
    assert output == f"error: nonsense: 0 sweeps begin so; there are {standing.sweep.name}\n"


def test_an_empty_folder_has_no_runs_yet(tmp_path: Path) -> None:
    code, output = _status(tmp_path / "outputs")
    assert code == 1
    assert "no runs are recorded there yet" in output
