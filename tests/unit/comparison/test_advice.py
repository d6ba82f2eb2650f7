"""Advice about missing runs."""

import itertools
import shlex
from pathlib import Path
from typing import Any

import frames
import pandas as pd
import pytest
import records
from frames import SEEDS, arm, frame

from experiments import results
from experiments.comparison import compare
from experiments.comparison.advice import runs_with_more_seeds
from experiments.errors import UserError
from experiments.recording import Status

RATE = "optimizer.learning_rate"


def refusal(runs: pd.DataFrame, group: str = "loss", **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        compare(runs, group, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_several_commands_are_followed_by_the_command_that_compares_them() -> None:
    runs = arm("loss=ce", f"{RATE}=0.3", seeds=[0]) + arm("loss=mse", f"{RATE}=3", seeds=[0])
    message = refusal(frame(runs))
    assert len(frames.recommended(message)) == 2
    assert message.endswith("experiments compare loss --all")


def test_conditions_and_seeds_with_one_arm_are_listed_as_incomplete() -> None:
    alone = arm("loss=mse", "architecture=784-20-10-10")
    runs = [*arm("loss=ce"), *arm("loss=mse"), *arm("loss=ce", seeds=[20]), *alone]
    (condition, seed) = compare(frame(runs), "loss").incomplete
    assert condition.startswith("784-20-10-10: only mse sigmoid has been run; run")
    made = {job for line in frames.recommended(condition) for job in frames.jobs(line)}
    identities = {frames.identity_of(job) for job in made}
    assert {frames.identity_of(each["name"].split()) for each in alone} <= identities
    other = [f"loss=ce architecture=784-20-10-10 seed={seed}".split() for seed in SEEDS]
    assert {frames.identity_of(each) for each in other} <= identities
    assert seed == "784-30-10: only ce softmax or mse sigmoid has seed 20, not both"


def test_a_loss_that_is_missing_at_an_output_function_is_run_with_it() -> None:
    alone = arm("loss=ce", "loss.output=softmax")
    runs = [*arm("loss=ce", "loss.output=sigmoid"), *arm("loss=mse", "loss.output=sigmoid"), *alone]
    (sentence,) = compare(frame(runs), "loss").incomplete
    assert sentence.startswith("784-30-10 softmax: only ce has been run; run the others with")
    made = {
        frames.identity_of(job)
        for line in frames.recommended(sentence)
        for job in frames.jobs(line)
    }
    other = [f"loss=mse loss.output=softmax seed={seed}".split() for seed in SEEDS]
    assert {frames.identity_of(each) for each in other} <= made


def test_a_complete_comparison_has_nothing_incomplete() -> None:
    assert compare(frame(arm("loss=ce") + arm("loss=mse")), "loss").incomplete == []


def test_more_seeds_are_the_smallest_new_ones() -> None:
    runs = frame(arm("loss=ce", seeds=[0, 2, 3]) + arm("loss=mse", seeds=[0, 2, 3]))
    (pair,) = compare(runs, "loss").pairs
    rows = runs_with_more_seeds(pair.arms, 2)
    for loss in ("ce", "mse"):
        assert sorted(rows[rows["loss"] == loss]["seed"]) == [0, 1, 2, 3, 4]


def test_seeds_of_a_choice_are_not_new_even_if_their_test_set_is_closed() -> None:
    """A comparison would leave their runs out as soon as they are opened."""
    losses = ("loss=ce", "loss=mse")
    lower = [arm(loss, f"{RATE}=0.5", at=0.8, seeds=[0, 1]) for loss in losses]
    best = [arm(loss, f"{RATE}=1.0", seeds=[0, 1]) for loss in losses]
    confirmed = [arm(loss, f"{RATE}=1.0", seeds=[2, 3]) for loss in losses]
    runs = [*frames.close([*itertools.chain(*lower, *best)]), *itertools.chain(*confirmed)]
    (pair,) = compare(frame(runs), "loss").pairs
    assert [*pair.values.index] == [2, 3]
    rows = runs_with_more_seeds(pair.arms, 2)
    assert {4, 5} <= {*rows[rows["loss"] == "ce"]["seed"]}


# ---- one sweep of several


@pytest.fixture
def in_sweeps(tmp_path: Path) -> Path:
    """An outputs folder with a sweep of ce and a newer sweep of mse, both with two seeds."""
    for number, (loss, seed) in enumerate(itertools.product(("ce", "mse"), (0, 1))):
        first = frames.start(f"loss={loss}", f"seed={seed}")
        records.write_run(tmp_path, f"{number}" * 16, first, records.epoch(1), records.end())
    for time, sweep, runs in ((1.0, "5ce", "01"), (2.0, "5e", "23"), (3.0, "5eed", "13")):
        record = records.sweep_record([each * 16 for each in runs], id=sweep, time=time)
        records.write_sweep_record(tmp_path, record)
    return tmp_path


def refusal_in_sweep(outputs: Path, sweep: str, group: str = "loss") -> str:
    runs = results.runs(outputs, sweep=sweep)
    return refusal(runs, group, scope=results.Scope.of(outputs, sweep))


def test_an_arm_of_another_sweep_is_not_said_to_be_missing(in_sweeps: Path) -> None:
    message = refusal_in_sweep(in_sweeps, "5e")
    words = "only one loss, mse, has been run in sweep 5e; all runs together have ce, mse: compare"
    assert message.startswith(words)
    command, _, others = message.partition(" with ")[2].partition("; or ")
    assert shlex.split(command)[1:] == ["compare", "loss", "--all", "--outputs", str(in_sweeps)]
    assert others.startswith("run the others as well: python run.py -m ")
    compare(results.runs(in_sweeps), "loss")  # as the message says


def test_seeds_of_another_sweep_are_not_said_to_be_missing(in_sweeps: Path) -> None:
    message = refusal_in_sweep(in_sweeps, "5eed")
    assert message.startswith("the arms of loss have one seed in common in sweep 5eed, but a")
    assert "; all runs together are enough: compare them with " in message


def test_an_arm_that_no_sweep_has_is_missing_everywhere(in_sweeps: Path) -> None:
    message = refusal_in_sweep(in_sweeps, "5e", "optimizer")
    assert message.startswith("only one optimizer, sgd, has been run in sweep 5e; run the others")


def test_without_a_sweep_no_sweep_is_mentioned(in_sweeps: Path) -> None:
    runs = results.runs(in_sweeps, loss="ce")
    for scope in (None, results.Scope.of(in_sweeps)):
        message = refusal(runs, scope=scope)
        assert message.startswith("only one loss, ce, has been run; run the others as well: ")


def test_a_condition_of_which_another_sweep_has_the_other_arm_says_so(tmp_path: Path) -> None:
    deep = "architecture=784-20-10-10"
    arms = [("loss=ce",), ("loss=mse",), ("loss=ce", deep), ("loss=mse", deep)]
    swept = [f"{number}{seed}" * 8 for number in range(3) for seed in (0, 1)]
    for number, overrides in enumerate(arms):
        for seed in (0, 1):
            first = frames.start(*overrides, f"seed={seed}")
            folder = f"{number}{seed}" * 8
            records.write_run(tmp_path, folder, first, records.epoch(1), records.end())
    records.write_sweep_record(tmp_path, records.sweep_record(swept, id="5"))
    scope = results.Scope.of(tmp_path, "5")
    (sentence,) = compare(results.runs(tmp_path, sweep="5"), "loss", scope=scope).incomplete
    assert sentence.startswith(
        "784-20-10-10: only ce softmax has been run in sweep 5; all runs together"
    )
    assert "; or run the others with: python run.py -m " in sentence


def test_a_sweep_that_has_just_begun_is_no_reason_to_say_that_nothing_has_ended(
    in_sweeps: Path,
) -> None:
    records.write_run(in_sweeps, "4" * 16, frames.start("seed=4"), records.end(Status.FAILED))
    records.write_sweep_record(in_sweeps, records.sweep_record(["4" * 16], id="new", time=9.0))
    message = refusal_in_sweep(in_sweeps, "new")
    assert message.startswith(
        "no run has finished or diverged yet in sweep new (1 failed), so there is nothing to"
        " compare; all runs together have ce, mse: compare them with "
    )
    assert message.endswith(f"compare loss --all --outputs {in_sweeps}")
