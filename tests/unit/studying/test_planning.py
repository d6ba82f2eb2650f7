"""The plan of a study: its fewest and most runs, and their time."""

import io

from rich.console import Console
from synthetic_study import AXIS, EPOCHS, PRICE, SEEDS, World, better, budget, conducted, study

from experiments.comparison import fewest_seeds, typical_seeds
from experiments.recording import CONFIRMATION
from experiments.results import RATE
from experiments.studying import print_plan
from experiments.studying.jobs import TUNING
from experiments.studying.planning import StagePlan, stage_plans

BLOCKS = {"architecture": ["784-30-10", "784-20-10-10"]}


def test_the_fewest_runs_are_the_coarse_grid_and_one_round() -> None:
    """Expected are four refinements of each axis, and an effect of one standard deviation."""
    made = study(blocks=BLOCKS, budgets=budget(tuning_epochs=8 * PRICE + 1))
    assert stage_plans(made, epochs=EPOCHS) == [
        StagePlan("tuning", 3 * SEEDS, 7 * SEEDS, 8 * SEEDS),
        StagePlan("confirmation", fewest_seeds(2), typical_seeds(2), 20),
    ]
    two = study(tune={RATE: AXIS, "l2": AXIS}, budgets=budget(tuning_epochs=11 * PRICE))
    assert stage_plans(two, epochs=EPOCHS)[0] == StagePlan(
        "tuning", 9 * SEEDS, 11 * SEEDS, 11 * SEEDS
    )


def test_without_confirmation_there_is_one_stage() -> None:
    (plan,) = stage_plans(study(budgets=budget(most_seeds=0)), epochs=EPOCHS)
    assert plan.name == TUNING


def test_no_more_runs_are_expected_than_there_are_at_most() -> None:
    made = study(budgets=budget(tuning_epochs=4 * PRICE, most_seeds=fewest_seeds(1)))
    assert [plan.expected for plan in stage_plans(made, epochs=EPOCHS)] == [
        4 * SEEDS,
        fewest_seeds(1),
    ]


def test_a_study_keeps_to_its_plan() -> None:
    made, world = study(blocks=BLOCKS), World(better("ce", by=0.002))
    conducted(made, world)
    plans = stage_plans(made, epochs=EPOCHS)
    assert [plan.name for plan in plans] == [TUNING, CONFIRMATION]
    for plan in plans:
        for cell in made.cells:
            n = sum(job.cell == cell for job in world.of_stage(plan.name))
            assert plan.fewest <= n <= plan.most


def test_the_plan_names_runs_epochs_and_time() -> None:
    made = study(blocks=BLOCKS)
    console = Console(file=io.StringIO(), width=120)
    seconds = dict(zip(made.cells, (60.0, 60.0, 120.0, 120.0), strict=True))
    print_plan(made, console, epochs=EPOCHS, seconds=seconds, processes=2)
    assert isinstance(console.file, io.StringIO)
    title, header, tuning, confirmation, *rest = console.file.getvalue().splitlines()
    assert title == f"losses (small): 2 arms in 2 blocks, 2 comparisons, {EPOCHS} epochs a run"
    assert header.split("  ")[0] == "stage"
    counts = [4 * n for n in (3 * SEEDS, 7 * SEEDS, 7 * SEEDS)]
    assert tuning.split() == ["tuning", *map(str, counts), "18:00", "42:00", "42:00"]  # minutes
    counts = [4 * n for n in (fewest_seeds(2), typical_seeds(2), 20)]
    assert confirmation.split()[:4] == ["confirmation", *map(str, counts)]
    assert " ".join(rest).endswith("runs that exist are not repeated. Nothing was trained.")


def test_the_plan_says_that_a_schedule_may_end_runs() -> None:
    made, console = study(), Console(file=io.StringIO(), width=200)
    seconds = dict.fromkeys(made.cells, 60.0)
    print_plan(made, console, epochs=EPOCHS, seconds=seconds, processes=2, may_end=True)
    assert isinstance(console.file, io.StringIO)
    title, *_, last = console.file.getvalue().splitlines()
    assert title.endswith(f" up to {EPOCHS} epochs a run")
    assert last == "A run that its schedule ends takes less time."
