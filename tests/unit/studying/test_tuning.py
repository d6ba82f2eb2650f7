"""Stage 1: every arm is tuned in every block, with the same budget of epochs."""

import pytest
from synthetic_study import DIVERGED, EPOCHS, PRICE, SEEDS, World, better, budget, peak, study

from experiments.comparison import tuned
from experiments.errors import UserError
from experiments.results import RATE
from experiments.studying import Cell, Study, StudyJob
from experiments.studying.grid_search import GridSearch
from experiments.studying.jobs import TUNING
from experiments.studying.tuning import check_budget, tune

TWO_BLOCKS = {"architecture": ["784-30-10", "784-20-10-10"]}


def tuned_in(world: World, made: Study) -> dict[Cell, GridSearch]:
    return tune(made, world.do, epochs=EPOCHS, show=lambda _: None)


def away(job: StudyJob) -> float:
    """Return a surface with the best rate of cross-entropy beyond the range."""
    return peak(job, at=30 if "loss=ce" in job.words else 0.1)


def test_every_arm_gets_its_best_rate() -> None:
    world = World(away, spread=0)
    searches = tuned_in(world, study(budgets=budget(tuning_epochs=50 * PRICE)))
    assert [search.best for search in searches.values()] == [(0.1,), (31.6,)]
    assert [cell.arm for cell in searches] == [("loss=mse",), ("loss=ce",)]


@pytest.mark.parametrize("points", [3, 5, 7])
def test_each_arm_spends_its_budget_up_to_one_point(points: int) -> None:
    made = study(blocks=TWO_BLOCKS, budgets=budget(tuning_epochs=points * PRICE + 1))
    world = World(away)
    for cell, search in tuned_in(world, made).items():
        assert search.budget - PRICE < search.spent <= search.budget
        own = [job for job in world.jobs if job.cell == cell]
        assert len(own) * EPOCHS == search.spent


def test_each_point_is_run_on_the_same_seeds_with_a_closed_test_set() -> None:
    world = World(away)
    searches = tuned_in(world, study())
    assert not any(score_test for _, score_test in world.asked)
    for cell, search in searches.items():
        for point, trial in search.trials.items():
            same = [job for job in world.jobs if (job.cell, job.point) == (cell, point)]
            assert [job.seed for job in same] == list(range(SEEDS))
            assert {job.stage for job in same} == {TUNING}
            results = world.do(same)
            assert trial.runs == tuple(each.identity for each in results)
            assert trial.accuracy == pytest.approx(sum(each.accuracy for each in results) / SEEDS)


def test_the_points_of_all_arms_are_done_together() -> None:
    world = World(away)
    shown: list[int] = []
    tune(
        made := study(blocks=TWO_BLOCKS),
        world.do,
        epochs=EPOCHS,
        show=lambda searches: shown.append(len(searches)),
    )
    assert {job.cell for job in world.asked[0][0]} == set(made.cells)
    assert len(world.asked[0][0]) == len(made.cells) * 3 * SEEDS
    assert shown == [len(made.cells)] * len(world.asked)


def test_a_run_that_diverges_costs_all_its_epochs_and_is_guessing() -> None:
    world = World(lambda job: DIVERGED if job.point[0] > 0.2 else peak(job))
    for search in tuned_in(world, study()).values():
        assert search.trials[(1.0,)].accuracy == pytest.approx(0.1)
        assert search.trials[(1.0,)].epochs == PRICE
        assert search.best[0] < 0.2


def test_a_budget_that_does_not_pay_for_the_coarse_grid_is_refused() -> None:
    made = study(budgets=budget(tuning_epochs=3 * PRICE - 1))
    message = (
        rf"^study\.budgets\.small\.tuning_epochs={3 * PRICE - 1}: the first 3 points"
        rf" need {3 * PRICE} epochs for each arm$"
    )
    with pytest.raises(UserError, match=message):
        check_budget(made, epochs=EPOCHS)
    enough = study(budgets=budget(tuning_epochs=3 * PRICE))
    check_budget(enough, epochs=EPOCHS)
    assert len(tuned_in(World(peak), enough)) == 2


@pytest.mark.parametrize("digits", [1, 2, 3])
def test_the_chosen_rates_are_those_that_a_comparison_chooses_of_the_same_runs(digits: int) -> None:
    """With so few digits, several rates have the same mean accuracy."""
    world = World(better("ce", by=0.002), spread=0.02, digits=digits)
    made = study(blocks=TWO_BLOCKS, budgets=budget(tuning_epochs=21 * 9, tuning_seeds=3))
    searches = tuned_in(world, made)
    best = tuned(world.runs())
    chosen = {search.best[0] for search in searches.values()}
    assert {run for search in searches.values() for run in search.trials[search.best].runs} == set(
        best["identity"]
    )
    assert chosen == set(best[RATE])
