"""A whole study: the same runs in the same order give the same verdicts."""

from collections.abc import Sequence

import pandas as pd
import pytest
from synthetic_study import (
    AXIS,
    EPOCHS,
    PRICE,
    Shown,
    World,
    better,
    budget,
    conducted,
    confirmed,
    peak,
    study,
)

from experiments.comparison import Verdict, compare, fewest_seeds
from experiments.errors import ConfigError
from experiments.recording import CONFIRMATION
from experiments.results import RATE
from experiments.studying import Outcome, Result, StudyJob, conduct
from experiments.studying.jobs import TUNING

BLOCKS = {"architecture": ["784-30-10", "784-20-10-10"]}
L2 = {"low": 0, "high": 1, "points": 3, "scale": "linear"}


class KilledError(Exception):
    """The end of a process."""


@pytest.fixture(scope="module")
def whole() -> tuple[World, Outcome]:
    """A study with two blocks. The tests only read it."""
    world = World(better("ce", by=0.003))
    return world, conducted(study(blocks=BLOCKS), world)


@pytest.fixture(scope="module")
def undisturbed() -> tuple[World, Outcome]:
    """A study without blocks. The tests only read it."""
    world = World(better("ce", by=0.003))
    return world, conducted(study(), world)


def test_the_better_arm_is_found() -> None:
    outcome = conducted(study(), World(better("ce", by=0.01)))
    (row,) = confirmed(outcome).comparison.rows
    assert confirmed(outcome).comparison.metric == "test/accuracy"
    assert row.verdict is Verdict.A_BETTER
    assert row.arm_a.startswith("ce")


def test_the_test_set_is_opened_at_the_end_only_and_once(whole: tuple[World, Outcome]) -> None:
    world, outcome = whole
    *before, last = world.asked
    assert not any(score_test for _, score_test in before)
    assert last[1]
    assert {job.stage for job in last[0]} == {CONFIRMATION}
    opened = outcome.runs[outcome.runs["test/accuracy"].notna()]
    assert set(opened["identity"]) == set(confirmed(outcome).identities)


def test_an_opening_is_counted_before_the_test_set_is_scored() -> None:
    world = World(better("ce", by=0.003))
    opened_before: list[bool] = []

    def count(identities: Sequence[str]) -> None:
        world.counted.append(identities)
        opened_before.append(any(score_test for _, score_test in world.asked))

    outcome = conduct(
        study(), world.do, epochs=EPOCHS, runs=world.runs, count_opening=count, show=Shown()
    )
    assert world.counted == [confirmed(outcome).identities]
    assert opened_before == [False]


def test_a_study_that_ends_after_tuning_counts_no_opening() -> None:
    world = World(better("ce", by=0.003))
    conducted(study(budgets=budget(most_seeds=0)), world)
    assert not world.counted


def test_the_seeds_of_the_two_stages_are_disjoint(whole: tuple[World, Outcome]) -> None:
    world, outcome = whole
    first, second = ({job.seed for job in world.of_stage(s)} for s in (TUNING, CONFIRMATION))
    assert first
    assert second
    assert not first & second
    compared = outcome.runs[outcome.runs["identity"].isin(confirmed(outcome).identities)]
    assert set(compared["seed"]) == second
    for row in confirmed(outcome).comparison.rows:
        assert not set(row.pair.values.index) & first


def test_the_verdict_is_that_of_compare_on_the_same_runs(whole: tuple[World, Outcome]) -> None:
    world, outcome = whole
    again = compare(world.runs(), "loss", margin=0.001)
    pd.testing.assert_frame_equal(again.table, confirmed(outcome).comparison.table)


def test_a_study_that_is_conducted_again_asks_for_the_same_jobs_and_verdicts() -> None:
    made, world = study(), World(better("ce", by=0.003))
    first = conducted(made, world)
    asked = list(world.words)
    anew = World(world.surface)
    second = conducted(made, anew)
    assert anew.words == asked
    assert confirmed(second).identities == confirmed(first).identities
    pd.testing.assert_frame_equal(
        confirmed(second).comparison.table, confirmed(first).comparison.table
    )
    world.restart()  # its runs are done, and their test set is open
    third = conducted(made, world)
    assert world.words == asked
    pd.testing.assert_frame_equal(
        confirmed(third).comparison.table, confirmed(first).comparison.table
    )


@pytest.mark.parametrize(
    "parts", [1, *(pytest.param(parts, marks=pytest.mark.stress) for parts in (2, 4)), 5]
)
def test_a_study_that_was_killed_goes_on_as_if_nothing_had_happened(
    undisturbed: tuple[World, Outcome], parts: int
) -> None:
    made, world = study(), World(better("ce", by=0.003))
    before, outcome = undisturbed
    assert len(before.asked) > 5
    do = world.do

    def do_some(jobs: Sequence[StudyJob], *, score_test: bool = False) -> list[Result]:
        if len(world.asked) == parts:
            do(jobs[: len(jobs) // 2], score_test=score_test)
            raise KilledError
        return do(jobs, score_test=score_test)

    world.do = do_some  # type: ignore[method-assign]
    with pytest.raises(KilledError):
        conducted(made, world)
    world.do = do  # type: ignore[method-assign]
    world.restart()
    table = confirmed(conducted(made, world)).comparison.table
    assert world.words == before.words
    pd.testing.assert_frame_equal(table, confirmed(outcome).comparison.table)


def test_two_hyper_parameters_are_tuned_and_compared() -> None:
    made = study(
        tune={RATE: AXIS, "l2": L2},
        budgets=budget(tuning_epochs=20 * PRICE),
    )

    def surface(job: StudyJob) -> float:
        best = 0.75 if "loss=ce" in job.words else 0.25
        return better("ce", by=0.01)(job) - 0.02 * abs(job.point[1] - best)

    world = World(surface, spread=0.0005)
    outcome = conducted(made, world)
    assert [search.best for search in outcome.searches.values()] == [(0.1, 0.25), (0.1, 0.75)]
    (row,) = confirmed(outcome).comparison.rows
    assert row.verdict is Verdict.A_BETTER
    assert row.arm_a.startswith("ce")
    assert set(confirmed(outcome).comparison.tuned["identity"]) == set(
        confirmed(outcome).identities
    )
    assert {"l2"} <= set(outcome.runs)


def test_without_seeds_for_confirmation_a_study_ends_after_tuning() -> None:
    world = World(better("ce", by=0.01))
    outcome = conducted(study(blocks=BLOCKS, budgets=budget(most_seeds=0)), world)
    assert outcome.confirmed is None
    assert {job.stage for job in world.jobs} == {TUNING}
    assert not any(score_test for _, score_test in world.asked)
    assert [search.best for search in outcome.searches.values()] == 4 * [(0.1,)]
    assert len(outcome.runs) == len(world.jobs)


def test_everything_is_shown() -> None:
    world, show = World(better("ce", by=0.003)), Shown()
    outcome = conducted(study(), world, show)
    assert show.searches == outcome.searches
    assert show.numbers == list(range(1, len(confirmed(outcome).rounds) + 1))
    first_stage = [jobs for jobs, _ in world.asked if jobs[0].stage == TUNING]
    assert show.rounds_of_tuning == len(first_stage)


def test_most_seeds_that_cannot_decide_anything_are_refused_before_any_run() -> None:
    needed = fewest_seeds(2)
    world = World(peak)
    made = study(blocks=BLOCKS, budgets=budget(most_seeds=needed - 1))
    message = (
        rf"^study\.budgets\.small\.most_seeds={needed - 1}: a verdict in a table of 2"
        rf" comparisons needs {needed} or more; 0 ends the study after tuning$"
    )
    with pytest.raises(ConfigError, match=message):
        conducted(made, world)
    assert world.asked == []
