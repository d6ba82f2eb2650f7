"""How many runs a study needs, at least and at most, before it begins."""

from collections.abc import Mapping
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from experiments.comparison import fewest_seeds
from experiments.studying.study import Cell, Study
from experiments.terminal import duration


@dataclass(frozen=True)
class StagePlan:
    """The fewest and the most runs of each arm in each block in a stage."""

    name: str
    fewest: int
    most: int


def stage_plans(study: Study, *, epochs: int) -> list[StagePlan]:
    """Return the plans of the stages that train, for runs of ``epochs`` epochs.

    Tuning takes the coarse grid at least, and confirmation one round.
    """
    limits = study.limits
    points = 1
    for axis in study.tune.values():
        points *= axis.points
    affordable = limits.tuning_epochs // (epochs * limits.tuning_seeds)
    return [
        StagePlan("tuning", points * limits.tuning_seeds, affordable * limits.tuning_seeds),
        StagePlan("confirmation", fewest_seeds(study.rows), limits.most_seeds),
    ]


def print_plan(
    study: Study,
    console: Console,
    *,
    epochs: int,
    seconds: Mapping[Cell, float],
    processes: int,
) -> None:
    """Print the stages of a study with their runs and their time.

    ``seconds`` are those of one run of each arm in each block, ``processes`` the runs at a time.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("stage")
    for name in ("runs at least", "at most", "epochs of each", "time at least", "at most"):
        table.add_column(name, justify="right")
    one_of_each = sum(seconds.values()) / processes
    plans = stage_plans(study, epochs=epochs)
    for plan in plans:
        table.add_row(
            plan.name,
            str(plan.fewest * len(seconds)),
            str(plan.most * len(seconds)),
            str(epochs),
            duration(plan.fewest * one_of_each),
            duration(plan.most * one_of_each),
        )
    console.print(
        f"{study.name} ({study.budget}): {len(study.values)} arms in"
        f" {len(seconds) // len(study.values)} blocks, {study.rows} comparisons",
        soft_wrap=True,
    )
    console.print(table)
    least, most = (
        sum(getattr(plan, name) for plan in plans) * one_of_each for name in ("fewest", "most")
    )
    console.print(
        f"Then the test set is opened once. In all about {duration(least)} to {duration(most)},"
        f" {processes} at a time; runs that exist are"
        " not repeated. Nothing was trained.",
        soft_wrap=True,
    )
