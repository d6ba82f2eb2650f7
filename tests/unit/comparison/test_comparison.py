"""What is paired with what, and what a comparison says: frames made by hand, commands composed."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import frames
import numpy as np
import pandas as pd
import pytest
from frames import SEEDS, Runs, arm, diverged, frame, run
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.comparison import statistics
from experiments.comparison.comparison import (
    METRICS,
    compare,
    differences,
    pairs,
    selection_bias,
    superiority,
    tuned,
)
from experiments.errors import UserError

RATE = "optimizer.learning_rate"
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Resample less often: what is put together here does not depend on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "RESAMPLES", 999)
        yield


def only(table: pd.DataFrame) -> pd.Series:
    assert len(table) == 1, table
    return table.iloc[0]


# ---- the learning rate of an arm


def at_rate(rate: float, values: Sequence[float | None], seeds: Sequence[int] = SEEDS) -> Runs:
    """Return runs at a rate with these accuracies on the validation set; None: it diverged."""
    status = {True: "diverged", False: "finished"}
    return [
        run(
            *(f"{RATE}={rate}", f"seed={seed}"),
            validation=[0.99, value or 0.9],  # it looked good before it diverged
            status=status[value is None],
        )
        for seed, value in zip(seeds, values, strict=False)
    ]


@pytest.mark.parametrize(
    ("rates", "best"),
    [
        ({0.1: [0.90, 0.91], 0.3: [0.92, 0.93], 1.0: [0.91, 0.92]}, 0.3),
        # after the last epoch, whatever was reached before
        ({0.1: [0.90, 0.91], 0.3: [0.89, 0.90]}, 0.1),
        # diverging once in five counts as guessing once, and costs more than it brought
        ({0.1: [0.90] * 5, 0.3: [0.98] * 4 + [None]}, 0.1),
        ({0.1: [0.50] * 5, 0.3: [0.98] * 4 + [None]}, 0.3),
        # only the seeds that all rates have count: the easy third one does not
        ({0.1: [0.90, 0.90, 1.0, 1.0], 0.3: [0.91, 0.91]}, 0.3),
    ],
)
def test_an_arm_gets_the_rate_that_is_best_on_validation(
    rates: dict[float, list[float | None]], best: float
) -> None:
    runs = frame([each for rate, values in rates.items() for each in at_rate(rate, values)])
    assert set(tuned(runs)[RATE]) == {best}
    assert len(tuned(runs)) == len(rates[best])


def test_every_arm_of_every_network_gets_a_rate_of_its_own() -> None:
    best = {("mse", "784-30-10"): 1.0, ("ce", "784-30-10"): 0.1, ("mse", "784-20-10-10"): 0.3}
    runs = frame(
        run(f"loss={loss}", f"architecture={sizes}", f"{RATE}={rate}", "seed=1", accuracy=accuracy)
        for (loss, sizes), right in best.items()
        for rate in (0.1, 0.3, 1.0)
        for accuracy in [0.95 if rate == right else 0.9]
    )
    found = tuned(runs)
    chosen = zip(found["loss"], found["architecture"], found[RATE], strict=True)
    assert {(loss, sizes): rate for loss, sizes, rate in chosen} == best


def test_the_rates_of_the_arms_are_in_the_table() -> None:
    runs = [
        each
        for loss, right in (("mse", 0.3), ("ce", 0.03))
        for rate in (0.03, 0.3)
        for each in arm(f"loss={loss}", f"{RATE}={rate}", at=0.95 if rate == right else 0.9)
    ]
    row = only(compare(frame(runs), "loss"))
    assert (row["A"], row["rate A"], row["B"], row["rate B"]) == ("ce", 0.03, "mse", 0.3)
    assert row["mean_a"] == pytest.approx(0.95, abs=0.001)


# ---- pairs


def test_pairs_are_matched_by_seed() -> None:
    a = arm("loss=ce", seeds=[0, 1, 2, 5])
    b = arm("loss=mse", seeds=[7, 5, 2, 1])
    (pair,) = pairs(frame(a + b), "loss")
    accuracy = {(each["loss"], each["seed"]): each["test/accuracy"] for each in a + b}
    assert list(pair.both.index) == [1, 2, 5]
    assert list(pair.both["A"]) == [accuracy["ce", seed] for seed in (1, 2, 5)]
    assert list(pair.both["B"]) == [accuracy["mse", seed] for seed in (1, 2, 5)]
    table = differences([pair])
    assert list(table["seed"]) == [1, 2, 5]
    assert list(table["difference"]) == list(pair.both["A"] - pair.both["B"])
    assert set(table["arms"]) == {"ce - mse"}


CONTEXTS = [
    ("architecture.sizes=[784,5,10]", "architecture=784-20-10-10"),
    ("epochs=2", "epochs=3"),
    ("l2=0.1", "l2=0.2"),
    ("l2=0.0012345671", "l2=0.0012345672"),
    ("activation=relu", "activation=tanh"),
    ("optimizer=sgd", "optimizer=adam"),
    ("schedule=constant", "schedule=cosine"),
    ("dataset.train_size=null", "dataset.train_size=300"),
]


@pytest.mark.parametrize("context", CONTEXTS, ids=" ".join)
def test_only_runs_that_differ_in_nothing_but_the_arm_are_a_pair(context: Sequence[str]) -> None:
    runs = [
        each for loss in ("mse", "ce") for other in context for each in arm(f"loss={loss}", other)
    ]
    found = pairs(frame(runs), "loss")
    assert len(found) == 2
    assert len({pair.network for pair in found}) == 2
    for pair in found:
        assert list(pair.both.index) == list(SEEDS)
        assert set(pair.runs_a["loss"]) == {"ce"}
        assert set(pair.runs_b["loss"]) == {"mse"}
    first, second = context
    apart = arm("loss=ce", first) + arm("loss=mse", second)
    with pytest.raises(UserError, match="were not run on the same"):
        pairs(frame(apart), "loss")


def test_images_that_differ_are_never_paired() -> None:
    runs = [
        each
        for loss in ("mse", "ce")
        for data in ("a" * 64, "b" * 64)
        for each in arm(f"loss={loss}", data=data)
    ]
    found = pairs(frame(runs), "loss")
    assert len(found) == 2
    for pair in found:
        assert pair.runs_a["data"].nunique() == 1
        assert set(pair.runs_a["data"]) == set(pair.runs_b["data"])


def test_an_arm_is_told_apart_by_its_own_options_too() -> None:
    runs = (
        arm("optimizer=sgd", at=0.9)
        + arm("optimizer=adam", at=0.91)
        + arm("optimizer=adam", "optimizer.beta1=0.5", at=0.92)
    )
    table = compare(frame(runs), "optimizer")
    arms = [tuple(each) for each in table[["A", "B"]].to_numpy()]
    assert arms == [
        ("adam beta1=0.5", "adam beta1=0.9"),
        ("adam beta1=0.5", "sgd"),
        ("adam beta1=0.9", "sgd"),
    ]
    expected = [0.01, 0.02, 0.01]
    assert list(table["difference"]) == pytest.approx(expected, abs=0.002)


def test_a_run_made_again_by_other_code_counts_once_as_it_was_last() -> None:
    runs = arm("loss=mse", started=1) + arm("loss=ce", started=1)
    again = arm("loss=ce", at=0.95, started=2)
    again = [{**each, "identity": each["identity"][::-1]} for each in again]
    row = only(compare(frame(again + runs), "loss"))
    assert row["n"] == row["seeds"] == len(SEEDS)
    assert row["difference"] == pytest.approx(0.05, abs=0.001)


@pytest.mark.parametrize("status", ["failed", "interrupted", "running"])
def test_runs_that_have_not_ended_are_no_pairs(status: str) -> None:
    runs = arm("loss=mse") + arm("loss=ce", seeds=range(5))
    runs += [run("loss=ce", f"seed={seed}", status=status) for seed in (5, 6, 7)]
    row = only(compare(frame(runs), "loss"))
    assert row["seeds"] == row["n"] == 5
    assert row["diverged A"] == 0


# ---- what diverged


def test_divergence_is_a_rate_and_a_defeat_but_no_difference() -> None:
    runs = (
        arm("loss=ce", at=0.95, seeds=range(6))
        + diverged("loss=ce", seeds=[6, 7])
        + arm("loss=mse", at=0.9, seeds=range(7))
        + diverged("loss=mse", seeds=[7])
    )
    row = only(compare(frame(runs), "loss"))
    assert (row["diverged A"], row["diverged B"]) == (2 / 8, 1 / 8)
    assert (row["seeds"], row["n"]) == (8, 6)
    assert row["difference"] == pytest.approx(0.05, abs=0.002)
    assert row["P(A>B)"] == (6 + 0 + 0.5) / 8  # seed 6 is lost, 7 a tie of two that diverged


@pytest.mark.parametrize("n", [3, 6, 9])
def test_an_arm_that_always_diverges_has_a_row(n: int) -> None:
    runs = diverged("loss=ce", seeds=range(n)) + arm("loss=mse", seeds=range(n))
    row = only(compare(frame(runs), "loss"))
    assert (row["seeds"], row["diverged A"], row["diverged B"], row["P(A>B)"]) == (n, 1, 0, 0)
    assert row["verdict"] == ("undecided" if n < statistics.fewest() else "B better")
    assert row["more_seeds"] == max(statistics.fewest() - n, 0)
    assert bool(row["commands"]) == (row["more_seeds"] > 0)


# ---- the table


NETWORKS = ("architecture.sizes=[784,3,10]", "architecture.sizes=[784,4,10]", "l2=3")


def three_networks() -> Runs:
    gains = dict(zip(NETWORKS, (0.02, 0.0001, 0.002), strict=True))
    rng = np.random.default_rng(0)
    runs = []
    for network, gain in gains.items():
        for seed in range(12):
            for loss, extra in (("ce", gain), ("mse", 0.0)):
                accuracy = 0.9 + extra + rng.normal(0, 0.002)
                runs.append(run(f"loss={loss}", network, f"seed={seed}", accuracy=accuracy))
    return runs


def test_p_values_are_corrected_over_the_whole_table() -> None:
    table = compare(frame(three_networks()), "loss")
    assert len(table) == 3
    assert list(table["adjusted_p"]) == pytest.approx(statistics.holm(list(table["p"])))
    assert (table["adjusted_p"] > table["p"]).any()


def test_every_row_is_what_the_statistics_say_of_its_pairs() -> None:
    runs = frame(three_networks())
    table = compare(runs, "loss")
    for (_, row), pair in zip(table.iterrows(), pairs(runs, "loss"), strict=True):
        found = pair.finished["A"] - pair.finished["B"]
        assert row["difference"] == pytest.approx(found.mean())
        assert row["P(A>B)"] == (found > 0).mean()
        assert row["low"] < row["difference"] < row["high"]
        rng = np.random.default_rng(0)
        assert row["p"] == pytest.approx(statistics.sign_flip(found.to_numpy(), rng=rng), abs=0.02)
        result = statistics.Paired(**row[[each.name for each in fields(statistics.Paired)]])
        words, more = statistics.verdict(result, row["adjusted_p"], family=3)
        assert (row["verdict"], row["more_seeds"]) == (words, more)
    assert set(table["verdict"]) >= {"A better", "undecided"}


def test_what_is_undecided_is_decided_by_the_commands_that_it_names() -> None:
    runs = three_networks()
    known = {frames.identity_of(_words(each)) for each in runs}
    for _, row in compare(frame(runs), "loss").iterrows():
        made = {frames.identity_of(job) for line in row["commands"] for job in frames.jobs(line)}
        assert len(made - known) == 2 * row["more_seeds"]
        assert (row["verdict"] == "undecided") == (row["more_seeds"] > 0)


def _words(described: dict[str, Any]) -> list[str]:
    return str(described["name"]).split()


@pytest.mark.parametrize("metric", METRICS)
def test_any_metric_can_be_compared_but_the_best_test_epoch(metric: str) -> None:
    runs = [
        run(f"loss={loss}", f"seed={seed}", accuracy=test, chosen=chosen, validation=[validation])
        for loss, test, chosen, validation in (("ce", 0.9, 0.8, 0.7), ("mse", 0.5, 0.6, 0.65))
        for seed in SEEDS
    ]
    row = only(compare(frame(runs), "loss", metric=metric))
    expected = {
        "test/accuracy": (0.9, 0.5),
        "test/chosen/accuracy": (0.8, 0.6),
        "validation/accuracy": (0.7, 0.65),
    }
    assert (row["mean_a"], row["mean_b"]) == pytest.approx(expected[metric])


def test_the_margin_decides_what_is_a_tie() -> None:
    runs = frame(arm("loss=ce", at=0.902) + arm("loss=mse", at=0.9))
    assert only(compare(runs, "loss"))["verdict"] == "A better"
    assert only(compare(runs, "loss", margin=0.01))["verdict"] == "tie"


@pytest.mark.parametrize("order", range(3))
def test_the_same_runs_give_the_same_table_in_whatever_order(order: int) -> None:
    runs = frame(three_networks() + diverged("loss=ce", NETWORKS[0], seeds=[20]))
    shuffled = runs.sample(frac=1, random_state=order, ignore_index=True)
    pd.testing.assert_frame_equal(compare(shuffled, "loss"), compare(runs, "loss"))
    pd.testing.assert_frame_equal(
        superiority(shuffled, ["loss"]), superiority(runs, ["loss"]), check_exact=True
    )


# ---- all against all


accuracies = st.one_of(st.none(), st.sampled_from([0.5, 0.7, 0.9]))
outcomes = st.dictionaries(
    st.tuples(
        st.sampled_from(["loss=ce", "loss=mse"]),
        st.sampled_from(["optimizer=sgd", "optimizer=adam"]),
        st.sampled_from(["l2=0", "schedule=step"]),
        st.integers(0, 3),
    ),
    accuracies,
    min_size=1,
)


@settings(max_examples=15, deadline=None)
@given(outcomes)
def test_superiority_is_a_share_of_seeds_and_its_opposite(
    found: dict[tuple[str, str, str, int], float | None],
) -> None:
    runs = frame(
        run(*words, f"seed={seed}", accuracy=value or 0.0, validation=[value or 0.0])
        if value is not None
        else run(*words, f"seed={seed}", status="diverged", validation=[])
        for (*words, seed), value in found.items()
    )
    matrix = superiority(runs, ["loss", "optimizer"])
    names = sorted({f"{loss[5:]} {optimizer[10:]}" for loss, optimizer, *_ in found})
    assert list(matrix.index) == list(matrix.columns) == names
    m = matrix.to_numpy()
    for i, j in np.ndindex(m.shape):
        expected = _superior(found, names[i], names[j]) if i != j else None
        if expected is None:
            assert np.isnan(m[i, j])
        else:
            assert m[i, j] == pytest.approx(expected)
            assert m[i, j] + m[j, i] == pytest.approx(1)


def _superior(found: dict[tuple[str, str, str, int], float | None], a: str, b: str) -> float | None:
    """Return how often ``a`` beats ``b``, counted one by one; None without a seed in common."""
    by_arm: dict[str, dict[tuple[str, int], float]] = {a: {}, b: {}}
    for (loss, optimizer, other, seed), value in found.items():
        values = by_arm.get(f"{loss[5:]} {optimizer[10:]}", {})
        values[other, seed] = -1.0 if value is None else value
    common = by_arm[a].keys() & by_arm[b].keys()
    points = [np.sign(by_arm[a][key] - by_arm[b][key]) / 2 + 0.5 for key in common]
    return float(np.mean(points)) if points else None


def test_superiority_of_arms_with_options_of_their_own() -> None:
    runs = arm("optimizer=adam", at=0.92) + arm("optimizer=sgd", at=0.9)
    runs += arm("optimizer=momentum", at=0.91)
    matrix = superiority(frame(runs), ["optimizer"])
    assert matrix.loc["adam", ["momentum", "sgd"]].tolist() == [1, 1]
    assert matrix.loc["sgd", ["adam", "momentum"]].tolist() == [0, 0]
    assert np.isnan(np.diag(matrix)).all()


# ---- selection bias


def test_selection_bias_is_what_the_best_epoch_promises_and_brings() -> None:
    runs = [
        run("seed=0", accuracy=0.90, chosen=0.91, validation=[0.90, 0.95, 0.92]),
        run("seed=1", accuracy=0.92, chosen=0.91, validation=[0.90, 0.94, 0.93]),
        run("seed=2", status="diverged", validation=[0.99, 0.1]),
    ]
    promised, brought = selection_bias(frame(runs))
    assert promised == pytest.approx((0.03 + 0.01) / 2)
    assert brought == pytest.approx(0)


def test_there_is_no_selection_bias_where_nothing_finished() -> None:
    runs = frame([*diverged("loss=ce", seeds=[0]), *arm("loss=mse")])
    assert all(map(np.isnan, selection_bias(runs[runs["loss"] == "ce"])))
