"""Stage 1 of a study: tune every arm in every block, each with the same budget of epochs."""

from collections.abc import Callable, Mapping
from pathlib import Path

from experiments.errors import UserError
from experiments.recording import Record, Status, read_record
from experiments.studying.jobs import TUNING, Do, StudyJob, job
from experiments.studying.search import Point, Search, Trial
from experiments.studying.study import Cell, Study

ACCURACY = "validation/accuracy"

Searches = Mapping[Cell, Search]


def tune(
    study: Study, do: Do, *, epochs: int, show: Callable[[Searches], object]
) -> dict[Cell, Search]:
    """Do the runs of stage 1, and return the search of each arm in each block.

    ``epochs`` are those of a run. The points that all searches ask for are done together. ``show``
    is called after each round. Raise UserError if the budget does not pay for the coarse grid.
    """
    seeds = range(study.limits.tuning_seeds)
    axes = list(study.tune.values())
    searches = {
        cell: Search(axes, study.limits.tuning_epochs, price=epochs * len(seeds))
        for cell in study.cells
    }
    _check_budget(study, searches[study.cells[0]])
    while asked := {cell: points for cell, each in searches.items() if (points := each.ask())}:
        jobs = [
            job(study, cell, point, seed, stage=TUNING)
            for cell, points in asked.items()
            for point in points
            for seed in seeds
        ]
        results = dict(zip(jobs, do(jobs), strict=True))
        for cell, points in asked.items():
            searches[cell].tell({point: _trial(results, cell, point) for point in points})
        show(searches)
    return searches


def _check_budget(study: Study, search: Search) -> None:
    """Raise UserError unless the budget pays for the coarse grid, of which ``search`` is one."""
    grid = 1
    for axis in study.tune.values():
        grid *= axis.points
    needed = grid * search.price
    if needed > study.limits.tuning_epochs:
        raise UserError(
            f"study.budgets.{study.budget}.tuning_epochs={study.limits.tuning_epochs}: the coarse"
            f" grid of {grid} points needs {needed} epochs for each arm"
        )


def _trial(folders: Mapping[StudyJob, Path], cell: Cell, point: Point) -> Trial:
    """Return the result of a point from the records of its runs."""
    own = [each for job, each in folders.items() if (job.cell, job.point) == (cell, point)]
    records = [_record(folder) for folder in own]
    return Trial(
        accuracy=sum(map(_accuracy, records)) / len(records),
        epochs=sum(map(_cost, records)),
        runs=tuple(folder.name for folder in own),
    )


def _record(folder: Path) -> Record:
    record = read_record(folder)
    if record is None:
        raise UserError(f"{folder}: was deleted during the study; the same command does it again")
    return record


def _accuracy(record: Record) -> float:
    """Return the accuracy after the last epoch; that of guessing if the run diverged."""
    if record.status is Status.DIVERGED:
        return 1 / record.start.config.architecture.sizes[-1]
    return record.epochs[-1].metrics[ACCURACY]


def _cost(record: Record) -> int:
    """Return the epochs that a run costs. One that diverged has used all of its epochs."""
    return record.start.config.epochs if record.status is Status.DIVERGED else len(record.epochs)
