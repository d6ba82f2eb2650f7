"""A sweep of many runs: the last runs cost what the first cost, and memory does not grow."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, Program

from experiments.processors import usable_processors

TINY = ("epochs=1", "dataset.train_size=10", "dataset.validation_size=100")
SIZES = "architecture.sizes=[784,1,10]"
STEP = 4
"""Runs between two observations of the sweep's process."""
GROWTH = 4
"""Megabytes by which the sweep's process may grow after the first third of its runs."""


@dataclass(frozen=True)
class Observation:
    """The resources of the sweep's process at one time."""

    runs: int  # complete by then
    megabytes: float  # of its own memory
    descriptors: int  # open files
    bytes_read: int  # by the sweep's process and by the ended processes of its runs


@dataclass
class Many:
    """A sweep of many runs, and observations of its process."""

    n_runs: int
    observations: list[Observation] = field(default_factory=list)
    output: str = ""

    @property
    def warm(self) -> list[Observation]:
        """The observations after a third of the runs, when all lasting data have been loaded."""
        return [each for each in self.observations if each.runs >= self.n_runs // 3]


@pytest.fixture(
    scope="module", params=[24, pytest.param(240, marks=pytest.mark.stress)], ids="{} runs".format
)
def many(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Many:
    folder = tmp_path_factory.mktemp("many") / "sweep"
    many = Many(request.param)
    alone = "hydra.launcher.lockstep=1"  # groups end at once, which observations could halve
    arguments = ("-m", f"seed=range({many.n_runs})", SIZES, *TINY, NOT_TRACKED, alone)
    with harness.start(folder, *arguments) as program:
        jobs = harness.wait_for_jobs(folder).values()
        for target in range(STEP, many.n_runs, STEP):
            harness.wait_for(lambda n=target: _complete(jobs) >= n, f"{target} runs")
            with suppress(OSError):  # the process has ended
                many.observations.append(_observe(program, _complete(jobs)))
        assert program.wait() == 0, program.output
        many.output = program.output
    return many


def _complete(jobs: Collection[Path]) -> int:
    return sum((job / "network.npz").exists() for job in jobs)


def _observe(program: Program, runs: int) -> Observation:
    process = Path(f"/proc/{program.process.pid}")
    status, io = (
        dict(line.split(":", 1) for line in (process / name).read_text().splitlines())
        for name in ("status", "io")
    )
    return Observation(
        runs=runs,
        megabytes=int(status["RssAnon"].split()[0]) / 1024,
        descriptors=len(list((process / "fd").iterdir())),
        bytes_read=int(io["rchar"]),
    )


def test_all_of_many_runs_finish(many: Many) -> None:
    rows = harness.table(many.output)
    assert len(rows) == many.n_runs
    assert {row[1] for row in rows} == {"finished"}


def test_the_memory_of_a_sweep_does_not_grow(many: Many) -> None:
    assert len(many.warm) >= 2
    megabytes = [each.megabytes for each in many.warm]
    assert max(megabytes) - megabytes[0] < GROWTH


def test_a_sweep_closes_what_it_opens(many: Many) -> None:
    """However many runs there are, few files are open at a time."""
    descriptors = [each.descriptors for each in many.observations]
    assert max(descriptors) < 10 + 4 * usable_processors()


def test_the_last_runs_read_no_more_than_the_first(many: Many) -> None:
    """A sweep that looked again at all its runs after each of them would read ever more."""
    first, *_, last = many.observations
    middle = next(each for each in many.observations if each.runs >= (first.runs + last.runs) / 2)
    assert first.runs < middle.runs < last.runs
    before = (middle.bytes_read - first.bytes_read) / (middle.runs - first.runs)
    after = (last.bytes_read - middle.bytes_read) / (last.runs - middle.runs)
    unsure = 2 * (usable_processors()) / (last.runs - middle.runs)  # runs that end at this moment
    assert after < (1.3 + unsure) * before
