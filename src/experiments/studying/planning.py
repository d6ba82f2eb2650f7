"""How many runs a study needs before it begins: at least, as a rule, and at most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from experiments.comparison import fewest_seeds, typical_seeds
from experiments.recording import CONFIRMATION
from experiments.studying.jobs import TUNING
from experiments.studying.study import Cell, Study
from experiments.studying.tuning import new_search
from experiments.terminal import duration


@dataclass(frozen=True)
class StagePlan:
    """The fewest, the expected and the most runs of each arm in each block in a stage."""

    name: str
    fewest: int
    expected: int
    most: int

    @property
    def numbers(self) -> tuple[int, int, int]:
        """The fewest, the expected and the most."""
        return self.fewest, self.expected, self.most


def stage_plans(study: Study, *, epochs: int) -> list[StagePlan]:
    """Return the plans of the stages that train, for runs of ``epochs`` epochs.

    Tuning takes the coarse grid at least, and confirmation one round. It is expected that the best
    values lie inside of the grid, and that the arms differ by one standard deviation of the
    differences of the seeds. Without confirmation there is one stage.
    """
    limits = study.limits
    search = new_search(study, epochs=epochs)
    points = (search.fewest, min(search.expected, search.affordable), search.affordable)
    tuning = StagePlan(TUNING, *(n * limits.tuning_seeds for n in points))
    if not limits.most_seeds:
        return [tuning]
    typical = min(typical_seeds(study.rows), limits.most_seeds)
    fewest = fewest_seeds(study.rows)
    return [tuning, StagePlan(CONFIRMATION, fewest, typical, limits.most_seeds)]


def print_plan(
    study: Study,
    console: Console,
    *,
    epochs: int,
    seconds: Mapping[Cell, float],
    processes: int,
    may_end: bool = False,
) -> None:
    """Print the stages of a study with their runs and their time.

    ``seconds`` are those of one run of each arm in each block with all its epochs, ``processes``
    the runs at a time. With ``may_end`` a schedule may end runs earlier.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("stage")
    for name in ("runs at least", "expected", "at most", "time at least", "expected", "at most"):
        table.add_column(name, justify="right")
    one_of_each = sum(seconds.values()) / processes
    plans = stage_plans(study, epochs=epochs)
    for plan in plans:
        table.add_row(
            plan.name,
            *(str(n * len(seconds)) for n in plan.numbers),
            *(duration(n * one_of_each) for n in plan.numbers),
        )
    blocks = len(seconds) // len(study.values)
    console.print(
        f"{study.name} ({study.budget}): {len(study.values)} arms in"
        f" {_counted(blocks, 'block')}, {_counted(study.rows, 'comparison')},"
        f" {'up to ' * may_end}{_counted(epochs, 'epoch')} a run",
        soft_wrap=True,
    )
    console.print(table)
    console.print(_sentence(study, plans, one_of_each, processes), soft_wrap=True)
    if may_end:
        console.print("A run that its schedule ends takes less time.", soft_wrap=True)


def _sentence(study: Study, plans: Sequence[StagePlan], one_of_each: float, processes: int) -> str:
    """Return the sentence below the table: the time of all stages, and the test set."""
    least, expected, most = (
        duration(sum(each) * one_of_each)
        for each in zip(*(plan.numbers for plan in plans), strict=True)
    )
    test = "Then the test set is opened once. " * bool(study.limits.most_seeds)
    return (
        f"{test}In all about {expected} ({least} to {most}), {processes} at a time; runs that exist"
        " are not repeated. Nothing was trained."
    )


def _counted(n: int, word: str) -> str:
    return f"{n} {word}{'s' * (n != 1)}"
