"""`experiments status`: the status of sweeps and runs, read from their records."""

import os
import re
import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

BRIEF = ("dataset.train_size=300", "dataset.validation_size=500", NOT_TRACKED)
SWEEP = (
    *("-m", "epochs=5,100000", "l2=0,300", "optimizer.learning_rate=3", *BRIEF),
    *("hydra.launcher.processes=1", "hydra.launcher.lockstep=1"),
)
"""The first run finishes. The second diverges, because each step multiplies its weights by -2. The
third never ends, so that the fourth is not started.
"""
LARGE = ("architecture.sizes=[784,100000000000,10]", *BRIEF)
"""A network that fits into no machine's memory."""


def _status(outputs: Path, *arguments: str | Path) -> tuple[int, str]:
    log = outputs.with_suffix(".status.log")
    return harness.experiments(log, "status", *arguments, "--outputs", outputs)


def _rows(output: str) -> dict[str, list[str]]:
    """Return the cells of the table by the run's name."""
    lines = output.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("run ")) + 1
    rows = [re.split(r" {2,}", line.strip()) for line in lines[first:]]
    return {row[0]: row[1:] for row in rows if len(row) > 1}


class Recorded:
    """A failed single run and a sweep: what `status` printed during the sweep, and after a kill."""

    def __init__(self, outputs: Path) -> None:
        self.outputs = outputs
        with harness.start(outputs, *LARGE) as program:
            assert program.wait() == 1, program.output
        with harness.start(outputs, *SWEEP) as program:
            self.runs = list(harness.wait_for_jobs(outputs).values())
            self.sweep = harness.sweep_folder(outputs)
            harness.wait_for_epoch(self.runs[2])
            self.during = _status(outputs)
            program.send(signal.SIGSTOP)  # otherwise it would record the death of its job
            (job,) = (pid for pid in program.processes() if pid != program.process.pid)
            os.kill(job, signal.SIGKILL)
        program.wait_until_gone()
        self.after = _status(outputs)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return Recorded(tmp_path_factory.mktemp("recorded") / "outputs")


def test_the_table_shows_the_status_of_each_run_of_a_sweep(recorded: Recorded) -> None:
    code, output = recorded.during
    assert code == 0
    rows = _rows(output)
    assert list(rows) == [
        *("epochs=5 l2=0", "epochs=5 l2=300", "epochs=100000 l2=0", "epochs=100000 l2=300"),
    ]
    finished, diverged, running, planned = rows.values()
    (end,) = harness.events(recorded.runs[0], "end")
    assert finished[:2] == ["finished", "5/5"]
    assert finished[3] == f"{end['metrics']['test/accuracy']:.2%}"
    assert diverged[:2] == ["diverged", "2/5"]
    assert running[0] == "running"
    assert re.fullmatch(r"[1-9]\d*/100000", running[1])
    assert planned == ["planned"]
    assert re.search(r"NaN or infinite in epoch 3", output)


def test_a_running_run_has_a_remaining_time(recorded: Recorded) -> None:
    _, output = recorded.during
    (line,) = (line for line in output.splitlines() if " running " in line and "/100000" in line)
    assert re.search(r"\d+:\d\d(:\d\d)?$", line.rstrip())


def test_a_killed_run_is_interrupted_and_no_longer_running(recorded: Recorded) -> None:
    code, output = recorded.after
    assert code == 0
    *_, interrupted, planned = _rows(output).values()
    assert interrupted[0] == "interrupted"
    assert planned == ["planned"]


def test_each_sweep_has_a_line_and_the_single_runs_have_one(recorded: Recorded) -> None:
    title = f"{recorded.sweep.name}  epochs=5,100000 l2=0,300"
    for (_, output), status in ((recorded.during, "running"), (recorded.after, "interrupted")):
        (line,) = (line for line in output.splitlines() if line.startswith(title))
        counts = sorted(
            ("1 diverged", "1 finished", "1 planned", f"1 {status}"), key=lambda s: s[2:]
        )
        assert line.endswith(f" {', '.join(counts)}")
        assert "single runs 1 failed" in output


def test_a_failed_single_run_is_shown_with_its_cause(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with harness.start(outputs, *LARGE) as program:
        assert program.wait() == 1
    code, output = _status(outputs)
    assert code == 0
    (row,) = _rows(output).values()
    assert row[0] == "failed"
    assert "Unable to allocate" in output


def test_a_sweep_is_chosen_by_its_folder_or_the_start_of_its_id(recorded: Recorded) -> None:
    expected = _rows(recorded.after[1])
    for chosen in (recorded.sweep, recorded.sweep.name[:5]):
        code, output = _status(recorded.outputs, chosen)
        assert code == 0
        assert _rows(output) == expected
        assert "single runs" not in output


def test_an_unknown_sweep_is_an_error_that_names_the_known_ones(recorded: Recorded) -> None:
    code, output = _status(recorded.outputs, "nonsense")
    assert code == 1
    assert output == (
        f"error: nonsense: 0 sweeps match, expected one; known ids: {recorded.sweep.name}\n"
    )


def test_an_empty_folder_has_no_runs_yet(tmp_path: Path) -> None:
    code, output = _status(tmp_path / "outputs")
    assert code == 1
    assert "no runs are recorded there yet" in output
