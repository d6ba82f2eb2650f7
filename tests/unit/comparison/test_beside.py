"""Other analyses beside the verdicts: their tables and words."""

import dataclasses

import pytest
from frames import Runs, arm, diverged, frame

from experiments.comparison import METHODS, Comparison, beside, compare
from experiments.comparison.beside import Analysis
from experiments.comparison.outperformance import outperformance

DATA_SETS = [64 * digit for digit in "012345"]


def analysis(method: str, runs: Runs, group: str = "loss") -> Analysis:
    (found,) = beside(compare(frame(runs), group), [method])
    return found


def over(data_sets: list[str], *losses: str) -> Runs:
    """Return runs on data sets; each loss is worse than the one before it."""
    return [
        run
        for data in data_sets
        for worse, loss in enumerate(losses)
        for run in arm(f"loss={loss}", at=0.95 - worse / 100, seeds=range(3), data=data)
    ]


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return compare(frame(arm("loss=ce", at=0.95) + arm("loss=mse", at=0.93)), "loss")


def test_the_methods_are_given_in_their_order(comparison: Comparison) -> None:
    methods = ["ranks", "bayes", "superiority"]
    assert {*methods} == {*METHODS}
    assert [each.words.split()[0].strip(":") for each in beside(comparison, methods)] == methods
    assert beside(comparison, []) == []


def test_probabilities_have_a_row_for_each_row_of_the_comparison(comparison: Comparison) -> None:
    (found,) = beside(comparison, ["bayes"])
    assert found.table.to_dict("records") == [
        {
            "condition": "784-30-10",
            "A": "ce softmax",
            "B": "mse sigmoid",
            "seeds": 8,
            "A better": "> 99.9%",
            "equivalent": "< 0.1%",
            "B better": "< 0.1%",
        }
    ]
    assert "within 0.1 points" in found.words


def test_the_region_of_equivalence_is_the_margin(comparison: Comparison) -> None:
    (found,) = beside(dataclasses.replace(comparison, margin=0.05), ["bayes"])
    assert found.table["equivalent"].tolist() == ["> 99.9%"]
    assert "within 5 points" in found.words


def test_probabilities_leave_out_seeds_on_which_a_run_failed() -> None:
    runs = arm("loss=ce", at=0.95, seeds=range(4)) + diverged("loss=ce", seeds=[4])
    found = analysis("bayes", runs + arm("loss=mse", at=0.93, seeds=range(5)))
    assert found.table["seeds"].tolist() == [4]
    assert found.table["A better"].tolist() == ["> 99.9%"]
    assert "Seeds on which a run failed are left out." in found.words


def test_a_seed_alone_has_no_probabilities() -> None:
    runs = arm("loss=ce", seeds=[0]) + diverged("loss=ce", seeds=[1])
    found = analysis("bayes", runs + arm("loss=mse", seeds=[0, 1]))
    assert found.table[["A better", "equivalent", "B better"]].to_numpy().tolist() == [["", "", ""]]
    assert "Fewer than two seeds have no posterior." in found.words


def test_a_row_without_a_common_seed_has_empty_cells() -> None:
    runs = arm("loss=ce", at=0.95) + arm("loss=mse", at=0.93)
    runs += arm("loss=ce", "l2=0.1", seeds=[0]) + arm("loss=mse", "l2=0.1", seeds=[1])
    for method in ("bayes", "superiority"):
        rows = analysis(method, runs).table.set_index("seeds")
        assert list(rows.index) == [8, 0]
        assert set(rows.loc[0].iloc[3:]) == {""}


def test_equal_differences_are_mentioned() -> None:
    runs = arm("loss=ce", at=0.95) + arm("loss=ce", "l2=0.1", at=0.95)
    runs += [{**run, "loss": "mse"} for run in runs]
    found = analysis("bayes", runs)
    assert set(found.table["equivalent"]) == {"> 99.9%"}
    assert "Where all differences are equal, the posterior is one point." in found.words
    apart = analysis("bayes", arm("loss=ce", at=0.95) + arm("loss=mse", at=0.93))
    assert "one point" not in apart.words


@pytest.mark.parametrize(("ahead", "share"), [("ce", "100%"), ("mse", "0%")])
def test_superiority_names_the_arm_that_outperforms(ahead: str, share: str) -> None:
    runs = [
        run
        for loss in ("ce", "mse")
        for run in arm(f"loss={loss}", at=0.95 if loss == ahead else 0.93)
    ]
    (row,) = analysis("superiority", runs).table.to_dict("records")
    end = share.removesuffix("%")
    assert row["P(A>B)"] == f"{share} ({end}-{share})"
    assert row["significant"] == {"ce": "ce softmax", "mse": "mse sigmoid"}[ahead]
    assert row["meaningful"] == "yes"


def test_superiority_that_is_not_meaningful_or_not_significant() -> None:
    def row(won: int, n: int) -> dict[object, object]:
        runs = arm("loss=ce", at=0.95, seeds=range(n))
        runs += arm("loss=mse", at=0.94, seeds=range(won))
        runs += arm("loss=mse", at=0.96, seeds=range(won, n))
        return dict(analysis("superiority", runs).table.iloc[0])

    assert (row(63, 105)["significant"], row(63, 105)["meaningful"]) == ("ce softmax", "no")
    assert (row(6, 12)["significant"], row(6, 12)["meaningful"]) == ("no", "")


def test_superiority_of_a_few_seeds_has_no_result() -> None:
    runs = arm("loss=ce", at=0.95, seeds=range(4)) + diverged("loss=mse", seeds=range(4))
    (row,) = analysis("superiority", runs).table.to_dict("records")
    assert row["P(A>B)"] == "100% (too few seeds)"
    assert (row["significant"], row["meaningful"]) == ("", "")


def test_superiority_counts_diverged_runs(comparison: Comparison) -> None:
    runs = arm("loss=ce", at=0.95, seeds=range(6)) + diverged("loss=ce", seeds=[6, 7])
    compared = compare(frame(runs + arm("loss=mse", at=0.93)), "loss")
    (found,) = beside(compared, ["superiority"])
    expected = outperformance(compared.rows[0].pair.wins)
    cell = f"75% ({100 * expected.low:.0f}-{expected.high:.0%})"
    assert found.table["P(A>B)"].tolist() == [cell]


@pytest.mark.parametrize("n", [1, 2, 4])
def test_ranks_need_five_data_sets(n: int) -> None:
    found = analysis("ranks", over(DATA_SETS[:n], "ce", "mse"))
    assert found.words == f"ranks need 5 data sets or more; these runs have {n}"
    assert found.table.empty


def test_ranks_need_all_arms_on_five_data_sets() -> None:
    runs = over(DATA_SETS[:4], "ce", "mse") + over(DATA_SETS[4:], "ce")
    assert analysis("ranks", runs).words == (
        "ranks need 5 data sets or more on which all arms have the same seeds; these runs have"
        " 4 of 6"
    )


def test_ranks_of_two_arms() -> None:
    found = analysis("ranks", over(DATA_SETS, "ce", "mse"))
    assert list(found.table["arm"]) == ["ce softmax", "mse sigmoid"]
    assert list(found.table["mean rank"]) == ["1.00", "2.00"]
    assert list(found.table["worse than"]) == ["", "ce softmax"]
    assert set(found.table["p"]) == {"0.031"}
    assert "CD" not in found.table
    assert "Wilcoxon" in found.words
    assert "Friedman" not in found.words
    assert "With 5 data sets it cannot be below 5 %." not in found.words
    five = analysis("ranks", over(DATA_SETS[:5], "ce", "mse"))
    assert "With 5 data sets it cannot be below 5 %." in five.words
    assert list(five.table["worse than"]) == ["", ""]


def test_ranks_of_three_arms_and_a_condition_with_few_data_sets() -> None:
    runs = [
        run
        for data in DATA_SETS
        for worse, optimizer in enumerate(("adam", "sgd", "momentum"))
        for run in arm(f"optimizer={optimizer}", at=0.9 - worse / 50, seeds=range(2), data=data)
    ]
    few = arm("optimizer=adam", "l2=0.1", data=DATA_SETS[0])
    few += arm("optimizer=sgd", "l2=0.1", data=DATA_SETS[0])
    found = analysis("ranks", runs + few, "optimizer")
    assert list(found.table["arm"]) == ["adam", "sgd", "momentum"]
    assert set(found.table["CD"]) == {"1.35"}
    assert list(found.table["worse than"]) == ["", "", "adam"]
    assert "Friedman" in found.words
    assert "Wilcoxon" not in found.words
    assert found.words.endswith(" Fewer than 5 data sets: 784-30-10 l2=0.1.")


@pytest.mark.parametrize("method", METHODS)
def test_no_method_changes_the_verdicts(comparison: Comparison, method: str) -> None:
    before = comparison.table.drop(columns="commands").copy()
    beside(comparison, [method])
    assert comparison.table.drop(columns="commands").equals(before)
