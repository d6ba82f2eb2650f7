"""Stage 2: rounds of new seeds until every comparison is decided."""

import itertools

import pandas as pd
import pytest
from synthetic_study import AXIS, DIVERGED, EPOCHS, SEEDS, World, better, budget, peak, study

from experiments.comparison import Comparison, Verdict, compare, fewest_seeds
from experiments.recording import CONFIRMATION
from experiments.results import RATE
from experiments.studying import Study, StudyJob
from experiments.studying.confirmation import Confirmation
from experiments.studying.jobs import TUNING, job
from experiments.studying.result import ACCURACY
from experiments.studying.tuning import tune

BLOCKS = {"architecture": ["784-30-10", "784-20-10-10"]}
L2 = {"low": 0, "high": 1, "points": 3, "scale": "linear"}


def confirmation(made: Study, world: World) -> Confirmation:
    """Return stage 2 of a study, after its stage 1."""
    searches = tune(made, world.do, epochs=EPOCHS, show=lambda _: None)
    tuned = {cell: search.best for cell, search in searches.items()}
    return Confirmation(made, tuned, world.do, world.runs)


def rounds(made: Study, world: World) -> list[Comparison]:
    """Return the comparisons after each round."""
    return confirmation(made, world).rounds(lambda *_: None)


def easy_and_hard(job: StudyJob) -> float:
    """Return a surface on which the arms of one block differ much, and those of the other less."""
    by = 0.02 if "architecture=784-30-10" in job.words else 0.0012
    return better("ce", by=by)(job)


@pytest.fixture(scope="module")
def two_blocks() -> tuple[World, Study, list[Comparison]]:
    """A study with an easy and a hard block, and its rounds. The tests only read it."""
    world, made = World(easy_and_hard), study(blocks=BLOCKS, budgets=budget(most_seeds=40))
    return world, made, rounds(made, world)


def test_the_first_round_has_the_fewest_seeds_that_can_decide_and_they_are_new() -> None:
    world, made = World(better("ce", by=0.05)), study()
    (only,) = rounds(made, world)
    seeds = {job.seed for job in world.of_stage(CONFIRMATION)}
    assert seeds == set(range(SEEDS, SEEDS + fewest_seeds(1)))
    assert only.metric == ACCURACY
    assert [row.verdict for row in only.rows] == [Verdict.A_BETTER]
    assert only.rows[0].arm_a.startswith("ce")


def test_a_decided_comparison_gets_no_more_seeds_and_an_undecided_one_does(
    two_blocks: tuple[World, Study, list[Comparison]],
) -> None:
    *_, done = two_blocks
    assert len(done) > 1
    seeds = [[row.seeds for row in each.rows] for each in done]
    for before, after in itertools.pairwise(done):
        for old, new in zip(before.rows, after.rows, strict=True):
            assert old.condition == new.condition
            if old.verdict is Verdict.UNDECIDED:
                assert new.seeds >= old.seeds
            else:
                assert (new.seeds, new.verdict) == (old.seeds, old.verdict)
    assert seeds[-1][0] != seeds[-1][1]
    assert [row.verdict for row in done[-1].rows] == [Verdict.A_BETTER] * 2


def test_no_arm_gets_more_than_the_most_seeds() -> None:
    world = World(peak, spread=0.01)
    done = rounds(study(budgets=budget(most_seeds=9)), world)
    assert [row.verdict for row in done[-1].rows] == [Verdict.UNDECIDED]
    assert [row.seeds for row in done[-1].rows] == [9]
    assert max(job.seed for job in world.jobs) == SEEDS + 8


def test_both_arms_of_a_comparison_have_the_same_seeds(
    two_blocks: tuple[World, Study, list[Comparison]],
) -> None:
    world, made, _ = two_blocks
    own = {
        cell: {each.seed for each in world.of_stage(CONFIRMATION) if each.cell == cell}
        for cell in made.cells
    }
    for a, b in zip(made.cells[::2], made.cells[1::2], strict=True):
        assert own[a] == own[b]


def test_an_arm_of_several_comparisons_gets_the_seeds_of_the_one_that_needs_most() -> None:
    arms = ["sgd", "momentum", "adam"]
    height = {"sgd": 0.9, "momentum": 0.95, "adam": 0.9515}
    world = World(lambda job: peak(job, height=height[job.cell.arm[0].removeprefix("optimizer=")]))
    made = study(arms={"optimizer": arms}, budgets=budget(most_seeds=40))
    done = rounds(made, world)
    assert len(done[-1].rows) == made.rows == 3
    own = {
        arm: sum(each.cell.arm == (f"optimizer={arm}",) for each in world.of_stage(CONFIRMATION))
        for arm in arms
    }
    assert own["momentum"] == own["adam"] > own["sgd"] == fewest_seeds(3)
    assert all(row.verdict is not Verdict.UNDECIDED for row in done[-1].rows)


def test_the_test_set_is_opened_in_the_runs_of_this_stage_only() -> None:
    world, made = World(better("ce", by=0.05)), study()
    stage = confirmation(made, world)
    stage.rounds(lambda *_: None)
    assert world.runs()["test/accuracy"].isna().all()
    stage.open_test()
    opened = world.runs()[lambda frame: frame["test/accuracy"].notna()]
    assert set(opened["identity"]) == set(stage.cell_of)
    assert len(opened) == len(world.of_stage(CONFIRMATION))


def test_the_margin_and_the_family_are_those_of_the_study() -> None:
    world, made = World(better("ce", by=0.05)), study(blocks=BLOCKS, margin=0.3)
    (comparison,) = rounds(made, world)
    assert comparison.margin == pytest.approx(0.003)
    assert comparison.family == made.rows == 2


def test_each_round_is_shown_with_its_number() -> None:
    shown: list[tuple[int, Comparison]] = []
    stage = confirmation(study(), World(better("ce", by=0.002)))
    done = stage.rounds(lambda number, comparison: shown.append((number, comparison)))
    assert shown == list(enumerate(done, 1))


def test_an_arm_that_always_diverges_ends_the_rounds() -> None:
    world = World(lambda job: DIVERGED if "loss=ce" in job.words else peak(job))
    done = rounds(study(), world)
    assert len(done[-1].rows) == 1
    assert done[-1].rows[0].failed


def test_the_comparison_is_that_of_all_runs_if_only_the_learning_rate_was_tuned() -> None:
    world, made = World(better("ce", by=0.05)), study()
    stage = confirmation(made, world)
    stage.rounds(lambda *_: None)
    again = compare(world.runs(), "loss", metric=ACCURACY, margin=0.001, family=1)
    pd.testing.assert_frame_equal(again.table, stage.compare(ACCURACY).table)


def test_other_tuned_options_are_no_part_of_the_condition() -> None:
    made = study(tune={RATE: AXIS, "l2": L2})
    tuned = {cell: (0.1, l2) for cell, l2 in zip(made.cells, (0.0, 0.5), strict=True)}
    world = World(better("ce", by=0.05))
    world.do([job(made, made.cells[0], (1, 1), 0, stage=TUNING)])
    stage = Confirmation(made, tuned, world.do, world.runs)
    (done,) = stage.rounds(lambda *_: None)
    (row,) = done.rows
    assert row.verdict is Verdict.A_BETTER
    assert set(done.tuned["identity"]) == set(stage.cell_of)
