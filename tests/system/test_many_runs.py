"""Sweeps of very many runs: each costs what the first did, and the sweep itself does not grow."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, Program

RUNS = 120
WARM = 30
"""Runs after which everything that is kept for good has been loaded."""
TINY = ("epochs=1", "dataset.train_size=10", "dataset.validation_size=100")
ARGUMENTS = ("-m", f"seed=range({RUNS})", "architecture.sizes=[784,1,10]", *TINY, NOT_TRACKED)
GROWTH = 4
"""Megabytes that the sweep's process may grow by between then and the end."""


@dataclass
class Many:
    """A sweep of many runs, and what was seen of its process while they went on."""

    ends: Sequence[float] = ()  # times at which its runs ended, in order
    megabytes: list[float] = field(default_factory=list)  # of its own memory, once warm
    descriptors: list[int] = field(default_factory=list)
    output: str = ""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Many:
    folder = tmp_path_factory.mktemp("many") / "sweep"
    many = Many()
    with harness.start(folder, *ARGUMENTS) as program:
        jobs = harness.wait_for_jobs(folder).values()
        ended = 0
        while program.process.poll() is None and ended < RUNS:
            target = ended + 10
            harness.wait_for(lambda: _done(jobs) >= min(target, RUNS), "more runs")  # noqa: B023
            ended = _done(jobs)
            if WARM <= ended < RUNS:
                _look(program, many)
        assert program.wait() == 0, program.output
        many.output = program.output
    many.ends = sorted(harness.events(job, "end")[0]["time"] for job in jobs)
    return many


def _done(jobs: Sequence[Path]) -> int:
    return sum((job / "network.npz").exists() for job in jobs)


def _look(program: Program, many: Many) -> None:
    process = Path(f"/proc/{program.process.pid}")
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
    many.megabytes.append(int(status["RssAnon"].split()[0]) / 1024)
    many.descriptors.append(len(list((process / "fd").iterdir())))


def test_every_one_of_many_runs_is_done(many: Many) -> None:
    assert len(many.ends) == len(harness.table(many.output)) == RUNS
    assert {row[1] for row in harness.table(many.output)} == {"finished"}


def test_a_sweep_does_not_grow_with_the_runs_done(many: Many) -> None:
    assert len(many.megabytes) > 3
    assert max(many.megabytes) - many.megabytes[0] < GROWTH


def test_a_sweep_closes_what_it_opens(many: Many) -> None:
    at_once = os.cpu_count() or 1
    assert max(many.descriptors) - min(many.descriptors) <= 4 * at_once
    assert max(many.descriptors) < 10 + 4 * at_once


def test_the_last_runs_cost_no_more_than_the_first(many: Many) -> None:
    costs = [after - before for before, after in pairwise(many.ends)]
    third = len(costs) // 3
    assert statistics.median(costs[-third:]) < 1.5 * statistics.median(costs[:third])
