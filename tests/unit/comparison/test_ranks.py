"""Ranks of arms over several data sets."""

import math
import sys
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from frames import Runs, arm, diverged, frame
from scipy import stats

from experiments.comparison import tuned
from experiments.comparison.ranks import accuracies_by_data_set, ranks

DATA_SETS = [64 * digit for digit in "012345"]
METRIC = "test/accuracy"


def tables(runs: Runs, group: str = "loss") -> dict[str, pd.DataFrame]:
    return dict(accuracies_by_data_set(tuned(frame(runs)), group, METRIC))


def over(data_sets: list[str], *overrides: str, at: float, **result: Any) -> Runs:
    """Return runs of an arm on data sets, each of which is harder than the one before."""
    return [
        run
        for harder, data in enumerate(data_sets)
        for run in arm(*overrides, at=at - harder / 100, data=data, **result)
    ]


def test_a_clear_winner_differs_from_the_others() -> None:
    base = np.linspace(0.7, 0.95, 10)
    table = pd.DataFrame({"b": base - 0.02, "best": base, "c": base - 0.03, "d": base - 0.04})
    found = ranks(table)
    assert found.mean_ranks.to_dict() == {"best": 1, "b": 2, "c": 3, "d": 4}
    assert list(found.mean_ranks.index) == ["best", "b", "c", "d"]
    assert found.data_sets == 10
    assert found.p == pytest.approx(stats.friedmanchisquare(*table.to_numpy().T).pvalue)
    # Demšar (2006), table 5: q of four arms is 2.569
    assert found.critical_distance == pytest.approx(2.569 * math.sqrt(4 * 5 / 60), abs=0.001)
    assert found.better_than("d") == ["best", "b"]
    assert found.better_than("c") == ["best"]
    assert found.better_than("b") == found.better_than("best") == []


def test_nothing_is_better_if_the_omnibus_test_does_not_reject() -> None:
    table = pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "b": [2.0, 1, 4, 3, 5.5], "c": [3.0, 3, 2, 5, 4]})
    found = ranks(table)
    assert found.p > 0.05
    assert [found.better_than(each) for each in "abc"] == [[], [], []]


@pytest.mark.parametrize(("n", "p"), [(5, 2 / 2**5), (6, 2 / 2**6)])
def test_two_arms_have_the_two_sided_test_of_wilcoxon(n: int, p: float) -> None:
    base = np.linspace(0.7, 0.9, n)
    found = ranks(pd.DataFrame({"a": base, "b": base + np.linspace(0.01, 0.02, n)}))
    assert found.p == pytest.approx(p)
    assert math.isnan(found.critical_distance)
    assert found.better_than("a") == (["b"] if p < 0.05 else [])
    assert found.better_than("b") == []


@pytest.mark.parametrize("arms", [2, 3])
def test_equal_arms_share_their_ranks(arms: int) -> None:
    found = ranks(pd.DataFrame({key: [0.9, 0.8, 0.9, 0.7, 0.6] for key in "abc"[:arms]}))
    assert set(found.mean_ranks) == {(arms + 1) / 2}
    assert found.p == 1


def test_an_arm_that_never_varies_is_ranked(capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.DataFrame({"a": [0.1] * 6, "b": [0.9, 0.8, 0.9, 0.7, 0.6, 0.5], "c": [0.2] * 6})
    assert ranks(table).mean_ranks.to_dict() == {"b": 1, "c": 2, "a": 3}
    assert capsys.readouterr() == ("", "")


def test_figures_with_latex_are_no_obstacle(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "autorank"]:
        monkeypatch.delitem(sys.modules, name)
    with matplotlib.rc_context({"text.usetex": True}):
        found = ranks(pd.DataFrame({"a": [1.0, 2, 3, 4, 5], "b": [2.0, 3, 4, 5, 6]}))
        assert matplotlib.rcParams["text.usetex"]
    assert found.mean_ranks.to_dict() == {"b": 1, "a": 2}


def test_too_few_data_sets_are_an_error() -> None:
    with pytest.raises(ValueError, match="five"):
        ranks(pd.DataFrame({"a": [1.0] * 4, "b": [2.0] * 4}))


def test_a_condition_has_a_row_for_each_data_set() -> None:
    runs = over(DATA_SETS, "loss=ce", at=0.95) + over(DATA_SETS, "loss=mse", at=0.94)
    runs += over(DATA_SETS[:2], "loss=ce", "l2=0.1", at=0.9)
    runs += over(DATA_SETS[1:3], "loss=mse", "l2=0.1", at=0.9)
    runs += over(DATA_SETS, "loss=ce", "epochs=3", at=0.9)  # no other arm
    found = tables(runs)
    by_rows = {condition: list(table.index) for condition, table in found.items()}
    assert sorted(map(len, by_rows.values())) == [1, 6]
    (full,) = (table for table in found.values() if len(table) == 6)
    assert list(full.columns) == ["ce softmax", "mse sigmoid"]
    assert list(full.index) == DATA_SETS
    accuracies = frame(runs).query("loss == 'ce' and l2 == 0 and epochs == 10")
    assert list(full["ce softmax"]) == pytest.approx(accuracies.groupby("data")[METRIC].mean())


def test_only_seeds_that_all_arms_have_are_counted() -> None:
    runs = arm("loss=ce", seeds=[0, 1, 2]) + arm("loss=mse", seeds=[1, 2, 3])
    (table,) = tables(runs).values()
    accuracy = {(each["loss"], each["seed"]): each[METRIC] for each in runs}
    means = [np.mean([accuracy[loss, seed] for seed in (1, 2)]) for loss in ("ce", "mse")]
    assert table.to_numpy()[0] == pytest.approx(means)
    assert len(*tables(arm("loss=ce", seeds=[0]) + arm("loss=mse", seeds=[1])).values()) == 0


def test_a_diverged_run_counts_as_guessing() -> None:
    runs = arm("loss=ce", at=0.9, seeds=[0]) + diverged("loss=ce", seeds=[1])
    (table,) = tables(runs + arm("loss=mse", seeds=[0, 1])).values()
    assert table["ce softmax"].tolist() == pytest.approx([(0.9003 + 0.1) / 2], abs=0.001)


def test_numbers_of_classes_are_no_conditions() -> None:
    runs = frame(over(DATA_SETS[:5], "loss=ce", at=0.9) + over(DATA_SETS[:5], "loss=mse", at=0.9))
    classes = dict(zip(DATA_SETS, ("10", "26", "10", "47", "10"), strict=False))
    runs["architecture"] = "784-30-" + runs["data"].map(classes)
    ((condition, table),) = accuracies_by_data_set(tuned(runs), "loss", METRIC)
    assert condition == "*-30-*"
    assert len(table) == 5


def test_architectures_can_be_ranked() -> None:
    runs = over(DATA_SETS, "architecture=784-30-10", at=0.9)
    runs += over(DATA_SETS, "architecture=784-32-32-10", at=0.91)
    ((condition, table),) = tables(runs, "architecture").items()
    assert condition == "all data sets"
    assert ranks(table).mean_ranks.to_dict() == {"784-32-32-10": 1, "784-30-10": 2}
