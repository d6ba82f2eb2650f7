"""A clock that is set back during a run, or between its parts: times never go backwards."""

import signal
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED

pytestmark = pytest.mark.stress
BRIEF = ("dataset.train_size=300", "dataset.validation_size=1000")
SET_BACK = """
import runpy, sys, time
clock, calls, sys.argv = time.time, [], sys.argv[1:]
def set_back():
    calls.append(None)
    return clock() - 3600 * (len(calls) > {steps})
time.time = set_back
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a program whose clock is set back by an hour after the program has read it a few times."""


def _assert_in_order(run: Path) -> None:
    times = [event["time"] for event in harness.events(run)]
    assert times == sorted(times)
    elapsed = [event["elapsed"] for event in harness.events(run) if "elapsed" in event]
    assert elapsed == sorted(elapsed)
    assert 0 < elapsed[0] <= elapsed[-1] < harness.PATIENCE


SWEEP = ("-m", "seed=1,2")


@pytest.mark.parametrize("sweep", [(), SWEEP], ids=["run", "sweep"])
def test_a_clock_that_is_set_back_does_not_disturb_a_run(
    tmp_path: Path, sweep: tuple[str, ...]
) -> None:
    _run_with_clock_set_back(tmp_path / "outputs", *sweep, NOT_TRACKED)


@pytest.mark.parametrize("sweep", [(), SWEEP], ids=["run", "sweep"])
def test_a_clock_that_is_set_back_does_not_disturb_tracking(
    tmp_path: Path, sweep: tuple[str, ...]
) -> None:
    folder = tmp_path / "outputs"
    _run_with_clock_set_back(folder, *sweep)
    runs = harness.by_name(harness.uri(folder))
    for journal in folder.glob("runs/*/journal.jsonl"):
        run = harness.recorded_in(journal.parent, list(runs.values()))
        assert run.metrics == harness.histories(journal.parent)
    assert len(runs) == (3 if sweep else 1)
    for run in runs.values():
        assert run.status == "FINISHED"
        assert run.end is not None
        assert run.start <= run.end


def _run_with_clock_set_back(folder: Path, *arguments: str) -> None:
    options = ("-c", SET_BACK.format(steps=4))
    output = harness.run(folder, *arguments, "epochs=20", *BRIEF, options=options)
    assert "ETA 0:00" in output
    assert "ETA -" not in output
    journals = list(folder.glob("runs/*/journal.jsonl"))
    assert journals
    for journal in journals:
        _assert_in_order(journal.parent)
        times = {event["time"] for event in harness.events(journal.parent)}
        assert len(times) < 10  # after the clock was set back, all events have the last time


def test_a_run_can_be_resumed_after_the_clock_was_set_back(tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    arguments = ("epochs=100", *BRIEF, NOT_TRACKED)
    with harness.start(folder, *arguments) as program:
        harness.wait_for_epoch(folder)
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM, program.output
    stopped_at = harness.events(folder)[-1]["time"]
    harness.run(folder, *arguments, options=("-c", SET_BACK.format(steps=0)))
    _assert_in_order(harness.run_folder(folder))
    assert harness.events(folder)[-1]["time"] == stopped_at
