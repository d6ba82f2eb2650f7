"""Stage 1 of a study: tune every arm in every block, each with the same budget of epochs."""

from collections.abc import Callable, Mapping

from experiments.errors import UserError
from experiments.studying.jobs import TUNING, Do, StudyJob, job
from experiments.studying.result import Result
from experiments.studying.search import Point, Search, Trial
from experiments.studying.study import Cell, Study

Searches = Mapping[Cell, Search]


def tune(
    study: Study, do: Do, *, epochs: int, show: Callable[[Searches], object]
) -> dict[Cell, Search]:
    """Do the runs of stage 1, and return the search of each arm in each block.

    ``epochs`` are those of a run. The points that all searches ask for are done together. ``show``
    is called after each round.
    """
    seeds = range(study.limits.tuning_seeds)
    searches = {cell: new_search(study, epochs=epochs) for cell in study.cells}
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


def new_search(study: Study, *, epochs: int) -> Search:
    """Return a search that has tried nothing yet, of runs of ``epochs`` epochs."""
    price = epochs * study.limits.tuning_seeds
    return study.search(list(study.tune.values()), study.limits.tuning_epochs, price)


def check_budget(study: Study, *, epochs: int) -> None:
    """Raise UserError unless the budget pays for the first points of a search."""
    search = new_search(study, epochs=epochs)
    first = search.fewest
    needed = first * search.price
    if needed > study.limits.tuning_epochs:
        raise UserError(
            f"study.budgets.{study.budget}.tuning_epochs={study.limits.tuning_epochs}: the first"
            f" {first} points need {needed} epochs for each arm"
        )


def _trial(results: Mapping[StudyJob, Result], cell: Cell, point: Point) -> Trial:
    """Return the result of a point from those of its runs."""
    own = [each for job, each in results.items() if (job.cell, job.point) == (cell, point)]
    return Trial(
        accuracy=sum(each.accuracy for each in own) / len(own),
        epochs=sum(each.epochs for each in own),
        runs=tuple(each.identity for each in own),
    )
