"""`python -m benchmarks.replay` finds the rate that a server still takes."""

import csv
import sys
from pathlib import Path

import pytest
import team_server
from harness import Program

from benchmarks.replay.loads import shares
from benchmarks.replay.step import Processors, Step, knee, lateness, summary

NOBODY = Processors(0.0, 0.0, 0.0, 0.0)


def step(done: float) -> Step:
    """Return a step in which this share was done of what was due."""
    return Step("load", 1.0, done, 0.0, 0.0, 0.0, 0, NOBODY)


def test_every_thing_is_due_once_at_even_distances() -> None:
    parts = shares(7, rate=2.0, seconds=5.0, writers=3)
    due = sorted(pair for part in parts for pair in zip(part.due, part.numbers, strict=True))
    assert due == [(i / 2, 7 + i) for i in range(10)]
    assert all(list(part.due) == sorted(part.due) for part in parts)


def test_the_wait_for_a_writer_and_what_is_left_undone_count() -> None:
    assert lateness([0.0, 1.0, 2.0], [1.5, 3.0], seconds=10.0) == [1.5, 2.0, 8.0]


def test_a_step_counts_what_was_done_by_all_writers() -> None:
    times = [([0.0, 2.0], [1.0, 3.0]), ([1.0, 3.0], [4.0])]
    found = summary("load", 4.0, times, NOBODY)
    assert (found.rate, found.done, found.left) == (1.0, 0.75, 1)
    assert found.p50 == pytest.approx(1.0)  # of 1, 1, 3 and 1 seconds
    assert found.p99 == pytest.approx(2.94)


def test_the_knee_is_the_last_step_before_the_first_late_one() -> None:
    steps = [step(1.0), step(0.96), step(0.9), step(1.0)]
    assert knee(steps) is steps[1]
    assert knee(steps[2:]) is None
    assert knee(steps[:2]) is None


@pytest.mark.stress
def test_a_replay_writes_what_it_prints(tmp_path: Path) -> None:
    team_server.skip_without_postgresql()
    options = ["--seconds", "2", "--journals", "5", "--writers", "2", "--output", str(tmp_path)]
    with Program(
        [sys.executable, "-m", "benchmarks.replay", *options], tmp_path / "log"
    ) as program:
        assert program.wait(300) == 0, program.output
        printed = program.output.splitlines()
    with (tmp_path / "replay.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    loads = {row["load"] for row in rows}
    assert loads == {"epoch batches", "whole runs"}
    lines = [line for line in printed if line.startswith(tuple(loads))]
    for line, row in zip(lines, rows, strict=True):
        rate, done = line.removeprefix(row["load"]).split()[:2]
        assert float(rate) == pytest.approx(float(row["rate"]), abs=0.006)
        assert float(done) == pytest.approx(float(row["done"]), abs=0.06)
        assert float(row["done"]) <= float(row["rate"]) + 0.01
        assert float(row["p50"]) <= float(row["p95"]) <= float(row["p99"])
    for load in loads:
        mine = [row for row in rows if row["load"] == load]
        late = [float(row["done"]) < 0.95 * float(row["rate"]) for row in mine]
        assert len(late) == 10 or sum(late) == 2
    assert sum(line.startswith("knee: ") for line in printed) == 2
    assert (tmp_path / "replay.png").stat().st_size > 10_000
