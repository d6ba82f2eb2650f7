"""From a frame of runs to a comparison: tuned rates, divergence, corrected p-values, verdicts."""

import math

import frames
import numpy as np
import pandas as pd
import pytest
from frames import SEEDS, Runs, arm, diverged, frame, run

from experiments.comparison import (
    Comparison,
    Row,
    Verdict,
    compare,
    superiority,
    tuned,
    verdict_words,
)
from experiments.comparison.decision import Decision, decide
from experiments.comparison.statistics import PairedStatistics, paired_statistics
from experiments.configuration import override
from experiments.errors import UserError
from experiments.recording import METRICS, pack_correct
from experiments.results import SPLIT

RATE = "optimizer.learning_rate"


def only_row(comparison: Comparison) -> Row:
    (row,) = comparison.rows
    return row


def known(row: Row) -> PairedStatistics:
    assert row.statistics is not None
    return row.statistics


# ---- one comparison


def test_a_cut_for_each_seed_belongs_to_the_seed() -> None:
    losses = frame(
        [each for loss in ("ce", "mse") for each in arm(f"loss={loss}", seeds=SEEDS[:3])]
    )
    runs = losses.assign(**{SPLIT: losses["seed"]})
    row = only_row(compare(runs, "loss"))
    assert (row.condition, row.seeds) == ("784-30-10", 3)
    (line,) = row.commands
    assert f"'{SPLIT}=${{seed}}'" in line
    other = losses.assign(**{SPLIT: losses["seed"].rank(method="dense").astype(int) % 2})
    conditions = {row.condition for row in compare(other, "loss").rows}
    assert conditions == {"784-30-10 split_seed=0", "784-30-10 split_seed=1"}


def test_the_learning_rates_of_both_arms_are_in_the_row() -> None:
    runs = [
        each
        for loss, right in (("mse", 0.3), ("ce", 0.03))
        for rate in (0.03, 0.3)
        for each in arm(f"loss={loss}", f"{RATE}={rate}", at=0.95 if rate == right else 0.9)
    ]
    comparison = compare(frame(runs), "loss")
    row = only_row(comparison)
    assert (row.arm_a, row.learning_rate_a) == ("ce softmax", 0.03)
    assert (row.arm_b, row.learning_rate_b) == ("mse sigmoid", 0.3)
    assert known(row).mean_a == pytest.approx(0.95, abs=0.001)
    pd.testing.assert_frame_equal(comparison.tuned, tuned(frame(runs)))
    assert len(comparison.tuned) == 2 * len(SEEDS)


def test_a_choice_of_rates_is_confirmed_on_the_seeds_that_are_recommended() -> None:
    losses = ("ce", "mse")
    runs = [
        each
        for loss in losses
        for rate, at in ((0.1, 0.9), (0.3, 0.95))
        for each in arm(f"loss={loss}", f"{RATE}={rate}", at=at, seeds=SEEDS[:3])
    ]
    row = only_row(compare(frame(runs), "loss"))
    assert row.seeds == row.pair.reused == 3
    first = row.more_seeds
    (line,) = row.commands
    new = sorted({int(seed) for seed in row.more_runs["seed"]} - {*SEEDS[:3]})
    assert len(new) == first
    assert f"{RATE}=0.3" in line
    for loss in losses:
        runs += arm(f"loss={loss}", f"{RATE}=0.3", at=0.95, seeds=new)
    comparison = compare(frame(runs), "loss")
    row = only_row(comparison)
    assert sorted(row.pair.values.index) == new
    assert not row.pair.reused
    assert comparison.incomplete == []


def test_after_a_failure_the_table_says_what_the_verdict_is_about() -> None:
    seeds = range(20)
    runs = [*arm("loss=ce", at=0.95, seeds=seeds[:8]), *diverged("loss=ce", seeds=seeds[8:])]
    comparison = compare(frame([*runs, *arm("loss=mse", at=0.9, seeds=seeds)]), "loss")
    assert comparison.table["verdict"].tolist() == ["B fails less often"]


def test_arms_with_different_options_are_different_arms() -> None:
    runs = (
        arm("optimizer=sgd", at=0.9)
        + arm("optimizer=adam", at=0.91)
        + arm("optimizer=adam", "optimizer.beta1=0.5", at=0.92)
    )
    rows = compare(frame(runs), "optimizer").rows
    assert [(row.arm_a, row.arm_b) for row in rows] == [
        ("adam beta1=0.5", "adam beta1=0.9"),
        ("adam beta1=0.5", "sgd"),
        ("adam beta1=0.9", "sgd"),
    ]
    found = [known(row).difference for row in rows]
    assert found == pytest.approx([0.01, 0.02, 0.01], abs=0.002)


def test_a_run_repeated_by_other_code_counts_once() -> None:
    runs = arm("loss=mse", started=1) + arm("loss=ce", started=1)
    again = arm("loss=ce", at=0.95, started=2)
    again = [{**each, "identity": each["identity"][::-1]} for each in again]
    row = only_row(compare(frame(again + runs), "loss"))
    assert row.seeds == known(row).n == len(SEEDS)
    assert known(row).difference == pytest.approx(0.05, abs=0.001)


@pytest.mark.parametrize("status", ["failed", "interrupted", "running"])
def test_runs_that_have_not_ended_are_not_compared(status: str) -> None:
    runs = arm("loss=mse") + arm("loss=ce", seeds=range(5))
    runs += [run("loss=ce", f"seed={seed}", status=status) for seed in (5, 6, 7)]
    row = only_row(compare(frame(runs), "loss"))
    assert row.seeds == known(row).n == 5
    assert row.diverged_a == 0


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_can_be_compared(metric: str) -> None:
    runs = [
        run(f"loss={loss}", f"seed={seed}", accuracy=test, best_epoch=best, validation=[validation])
        for loss, test, best, validation in (("ce", 0.9, 0.8, 0.7), ("mse", 0.5, 0.6, 0.65))
        for seed in SEEDS
    ]
    comparison = compare(frame(runs), "loss", metric=metric)
    expected = {
        "test/accuracy": (0.9, 0.5),
        "best_epoch/test/accuracy": (0.8, 0.6),
        "validation/accuracy": (0.7, 0.65),
    }
    statistics = known(only_row(comparison))
    assert (statistics.mean_a, statistics.mean_b) == pytest.approx(expected[metric])
    assert comparison.metric == metric


def test_one_planned_look_decides_with_fewer_seeds_and_advises_none() -> None:
    rng = np.random.default_rng(5)
    runs = [
        run(
            f"loss={loss}", f"seed={seed}", accuracy=0.9 + (loss == "ce") * rng.normal(0.002, 0.002)
        )
        for seed in range(8)
        for loss in ("ce", "mse")
    ]
    planned, any_number = (
        compare(frame(runs), "loss", one_look=one_look) for one_look in (True, False)
    )
    assert only_row(planned).verdict is Verdict.A_BETTER
    assert only_row(any_number).verdict is Verdict.UNDECIDED
    assert any_number.commands
    undecided = compare(frame(runs[:8]), "loss", one_look=True)
    assert (only_row(undecided).verdict, undecided.commands) == (Verdict.UNDECIDED, [])


def test_an_earlier_table_with_more_rows_keeps_its_share_of_the_error() -> None:
    runs = frame(arm("loss=ce", at=0.902) + arm("loss=mse", at=0.9))
    alone, of_six = compare(runs, "loss"), compare(runs, "loss", family=6)
    assert (alone.family, of_six.family) == (1, 6)
    assert known(only_row(of_six)).low < known(only_row(alone)).low


def test_an_option_can_be_compared_at_each_choice() -> None:
    runs = [
        each
        for loss in ("ce", "mse")
        for output, gain in (("sigmoid", 0.0), ("softmax", 0.01))
        for each in arm(f"loss={loss}", f"loss.output={output}", at=0.9 + gain)
    ]
    rows = compare(frame(runs), "loss.output").rows
    assert [(row.condition, row.arm_a, row.arm_b) for row in rows] == [
        ("784-30-10 ce", "sigmoid", "softmax"),
        ("784-30-10 mse", "sigmoid", "softmax"),
    ]
    assert {row.verdict for row in rows} == {Verdict.B_BETTER}


def test_the_equivalence_margin_decides_if_arms_tie() -> None:
    runs = frame(arm("loss=ce", at=0.902) + arm("loss=mse", at=0.9))
    assert only_row(compare(runs, "loss")).verdict is Verdict.A_BETTER
    wide = compare(runs, "loss", margin=0.01)
    assert only_row(wide).verdict is Verdict.TIE
    assert wide.margin == 0.01


# ---- test images


def with_images(n_images: int, share: float) -> pd.DataFrame:
    """Return runs of 12 seeds of which ce is right on a share of images that mse gets wrong."""
    rng = np.random.default_rng(0)
    hard = rng.random(n_images) < share
    easy = (rng.random(n_images) < 0.9) & ~hard
    runs = []
    for seed in range(12):
        lucky = rng.random((2, n_images)) < 0.002
        for loss, correct in (("ce", easy | hard | lucky[0]), ("mse", easy | lucky[1])):
            row = run(f"loss={loss}", f"seed={seed}", accuracy=float(correct.mean()))
            runs.append({**row, "test/correct": pack_correct(correct)})
    return frame(runs)


def test_the_interval_is_over_seeds_and_images_where_the_images_are_known() -> None:
    runs = with_images(2000, 0.02)
    row = only_row(compare(runs, "loss"))
    without = only_row(compare(runs.assign(**{"test/correct": None}), "loss"))
    assert known(row).image_error == pytest.approx(
        known(row).difference ** 0.5 / 2000**0.5, rel=0.1
    )
    assert math.isnan(known(without).image_error)
    assert known(row).high - known(row).low > known(without).high - known(without).low
    assert known(row).high - known(row).difference > known(row).image_limit > 0


def test_no_seeds_are_recommended_if_the_images_leave_too_much() -> None:
    compared = compare(with_images(2000, 0.002), "loss")
    row = only_row(compared)
    assert (row.verdict, row.more_seeds) == (Verdict.UNDECIDED, 0)
    assert known(row).image_limit > known(row).difference > 0
    assert "the test images alone leave" in verdict_words(row, compared)


# ---- divergence


def test_a_diverged_run_loses_but_has_no_difference() -> None:
    runs = (
        arm("loss=ce", at=0.95, seeds=range(6))
        + diverged("loss=ce", seeds=[6, 7])
        + arm("loss=mse", at=0.9, seeds=range(7))
        + diverged("loss=mse", seeds=[7])
    )
    row = only_row(compare(frame(runs), "loss"))
    assert (row.diverged_a, row.diverged_b) == (2 / 8, 1 / 8)
    assert (row.seeds, known(row).n) == (8, 6)
    assert known(row).difference == pytest.approx(0.05, abs=0.002)
    assert row.superiority == (6 + 0.5) / 8  # seed 6 is lost, seed 7 a tie
    assert row.failed
    assert row.verdict is Verdict.UNDECIDED  # 5 points ahead, but the mean hides the failures


@pytest.mark.parametrize("n", [3, 9, 10])
def test_an_arm_that_always_diverges_has_a_row(n: int) -> None:
    runs = diverged("loss=ce", seeds=range(n)) + arm("loss=mse", seeds=range(n))
    comparison = compare(frame(runs), "loss")
    row = only_row(comparison)
    assert (row.seeds, row.diverged_a, row.diverged_b, row.superiority) == (n, 1, 0, 0)
    assert row.verdict is (Verdict.UNDECIDED if n < 10 else Verdict.B_BETTER)
    assert (row.more_seeds, row.commands, comparison.commands) == (0, [], [])
    (advice,) = comparison.incomplete
    assert advice.startswith(f"784-30-10: ce softmax diverged in {n} of {n} runs at learning rate ")
    assert row.statistics is None
    assert math.isnan(comparison.table["difference"].item())


def test_an_arm_that_often_diverges_is_not_better_if_it_is_ahead_otherwise() -> None:
    often = [*arm("loss=ce", at=0.95, seeds=range(8)), *diverged("loss=ce", seeds=range(8, 20))]
    other = arm("loss=mse", at=0.9, seeds=range(20))
    row = only_row(compare(frame([*often, *other]), "loss"))
    assert known(row).difference > 0
    assert row.superiority == 8 / 20
    assert row.verdict is Verdict.B_BETTER
    sometimes = [*arm("loss=ce", at=0.95, seeds=range(17)), *diverged("loss=ce", seeds=[17, 18])]
    row = only_row(compare(frame([*sometimes, *other]), "loss"))
    assert row.verdict is Verdict.UNDECIDED
    assert (row.failures_a.failed, row.failures_b.failed) == (2, 0)


# ---- the whole table


CONDITIONS = ("architecture.sizes=[784,3,10]", "architecture.sizes=[784,4,10]", "l2=3")


def three_conditions() -> Runs:
    gains = dict(zip(CONDITIONS, (0.02, 0.0001, 0.002), strict=True))
    rng = np.random.default_rng(0)
    runs = []
    for condition, gain in gains.items():
        for seed in range(12):
            for loss, extra in (("ce", gain), ("mse", 0.0)):
                accuracy = 0.9 + extra + rng.normal(0, 0.002)
                runs.append(run(f"loss={loss}", condition, f"seed={seed}", accuracy=accuracy))
    return runs


@pytest.fixture(scope="module")
def compared() -> Comparison:
    """The comparison of the losses in three conditions."""
    return compare(frame(three_conditions()), "loss")


def test_the_table_has_a_column_for_every_number(compared: Comparison) -> None:
    table = compared.table
    assert list(table.columns) == [
        "condition",
        "arm_a",
        "arm_b",
        "learning_rate_a",
        "learning_rate_b",
        "seeds",
        "diverged_a",
        "diverged_b",
        "failed_a",
        "failed_b",
        "failures_p",
        "median_a",
        "median_b",
        "superiority",
        "n",
        "mean_a",
        "mean_b",
        "difference",
        "low",
        "high",
        "p",
        "detectable_difference",
        "standard_deviation",
        "image_error",
        "image_limit",
        "verdict",
        "more_seeds",
        "chance",
        "commands",
    ]
    for row, (_, shown) in zip(compared.rows, table.iterrows(), strict=True):
        assert shown["condition"] == row.condition
        assert shown["p"] == known(row).p
        assert shown["verdict"] == str(row.verdict)
        assert shown["commands"] == row.commands


def test_every_row_has_the_statistics_of_its_pair(compared: Comparison) -> None:
    for row, pair in zip(compared.rows, compared.pairs, strict=True):
        differences = pair.finished["a"] - pair.finished["b"]
        statistics = known(row)
        assert statistics.difference == pytest.approx(differences.mean())
        assert row.superiority == (differences > 0).mean()
        assert statistics.low < statistics.difference < statistics.high
        a, b = pair.finished["a"].tolist(), pair.finished["b"].tolist()
        expected = paired_statistics(a, b, rng=np.random.default_rng(0), family=3)
        assert str(statistics) == str(expected)  # NaN is not equal to itself
        decision = decide(statistics, family=3)
        assert Decision(row.verdict, row.more_seeds, row.chance) == decision
    assert {row.verdict for row in compared.rows} >= {Verdict.A_BETTER, Verdict.UNDECIDED}


def test_the_commands_of_a_row_run_the_seeds_that_it_recommends(compared: Comparison) -> None:
    recorded = {frames.identity_of(str(each["name"]).split()) for each in three_conditions()}
    for row in compared.rows:
        made = {frames.identity_of(job) for line in row.commands for job in frames.jobs(line)}
        assert len(made - recorded) == 2 * row.more_seeds
        assert (row.verdict is Verdict.UNDECIDED) == (row.more_seeds > 0)


def test_the_commands_of_the_comparison_run_what_all_rows_recommend() -> None:
    runs = [
        each
        for loss in ("ce", "mse")
        for sizes in ("784-30-10", "784-20-10-10")
        for each in arm(f"loss={loss}", f"architecture={sizes}", at=0.9, seeds=[0, 1])
    ]
    comparison = compare(frame(runs), "loss")
    assert {row.verdict for row in comparison.rows} == {Verdict.UNDECIDED}
    each = [job for row in comparison.rows for line in row.commands for job in frames.jobs(line)]
    together = [job for line in comparison.commands for job in frames.jobs(line)]
    assert len(together) == len({*together}) == len(each)
    assert len(comparison.commands) <= sum(len(row.commands) for row in comparison.rows)


def test_commands_name_the_folder_of_outputs_unless_it_is_the_default() -> None:
    runs = frame([*arm("loss=ce", seeds=[0, 1]), *arm("loss=mse", seeds=[0, 1])])
    (default,) = compare(runs, "loss").commands
    assert "outputs=" not in default
    (elsewhere,) = compare(runs.assign(outputs="/some/where else"), "loss").commands
    assert {job[-1] for job in frames.jobs(elsewhere)} == {override("outputs", "/some/where else")}


def test_the_order_of_the_runs_does_not_matter() -> None:
    runs = frame(three_conditions() + diverged("loss=ce", CONDITIONS[0], seeds=[20]))
    shuffled = runs.sample(frac=1, random_state=0, ignore_index=True)
    comparison, other = compare(runs, "loss"), compare(shuffled, "loss")
    pd.testing.assert_frame_equal(other.table, comparison.table, check_exact=True)
    assert other.commands == comparison.commands
    pd.testing.assert_frame_equal(
        superiority(tuned(shuffled), ["loss"]), superiority(tuned(runs), ["loss"]), check_exact=True
    )


# ---- refusals


@pytest.mark.parametrize("group", ["", "lose", "optimizer.beta1", "tracking", "dataset"])
def test_only_groups_of_conf_can_be_compared(group: str) -> None:
    with pytest.raises(UserError, match=rf"^{group}: .*loss, optimizer"):
        compare(frame(arm("loss=ce") + arm("loss=mse")), group)


@pytest.mark.parametrize(
    "metric", ["", "accuracy", "train/accuracy", "best_epoch/validation/accuracy"]
)
def test_unknown_metrics_are_refused(metric: str) -> None:
    with pytest.raises(UserError, match=rf"^{metric}: .*best_epoch/test/accuracy"):
        compare(frame(arm("loss=ce") + arm("loss=mse")), "loss", metric=metric)


@pytest.mark.parametrize("status", ["failed", "interrupted", "running"])
def test_nothing_can_be_compared_before_a_run_has_ended(status: str) -> None:
    runs = [run(f"loss={loss}", "seed=0", status=status) for loss in ("ce", "mse")]
    with pytest.raises(UserError, match="no run has finished or diverged yet"):
        compare(frame(runs), "loss")
