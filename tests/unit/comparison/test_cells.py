"""The cells of a factorial design."""

import math

import pytest
from frames import Runs, arm, diverged, frame

from experiments.comparison import tuned
from experiments.comparison.cells import Design, designs

RATE = "optimizer.learning_rate"


def crossed(*overrides: str) -> Runs:
    return [
        each
        for loss, output, at in (
            ("ce", "sigmoid", 0.90),
            ("ce", "softmax", 0.91),
            ("mse", "sigmoid", 0.92),
            ("mse", "softmax", 0.93),
        )
        for each in arm(f"loss={loss}", f"loss.output={output}", *overrides, at=at, seeds=range(4))
    ]


def only(runs: Runs) -> Design:
    (design,) = designs(tuned(frame(runs)), "loss", "loss.output")
    return design


def test_each_pair_of_levels_is_a_cell() -> None:
    design = only(crossed())
    assert (design.first, design.second) == (["ce", "mse"], ["sigmoid", "softmax"])
    assert design.is_crossed
    assert list(design.cells) == [
        ("ce", "sigmoid"),
        ("ce", "softmax"),
        ("mse", "sigmoid"),
        ("mse", "softmax"),
    ]
    means = [cell.mean for cell in design.cells.values()]
    assert means == pytest.approx([0.90, 0.91, 0.92, 0.93], abs=0.001)
    for (loss, output), cell in design.cells.items():
        assert (cell.condition, cell.arm) == ("784-30-10", f"{loss} {output}")
        assert set(cell.runs["loss"]) == {loss}
        assert set(cell.runs["loss.output"]) == {output}
        assert cell.common == (0, 1, 2, 3)


def test_each_condition_has_a_design() -> None:
    runs = [*crossed(), *crossed("architecture=784-20-10-10")]
    found = designs(tuned(frame(runs)), "loss", "loss.output")
    assert [each.condition for each in found] == ["784-20-10-10", "784-30-10"]


def test_each_cell_has_its_own_best_learning_rate() -> None:
    better = arm("loss=ce", "loss.output=softmax", f"{RATE}=0.7", at=0.95, seeds=range(4))
    rates = {
        levels: cell.learning_rate for levels, cell in only([*crossed(), *better]).cells.items()
    }
    assert rates["ce", "softmax"] == 0.7
    assert rates["ce", "sigmoid"] != 0.7


def test_means_and_failures_are_those_of_the_common_seeds() -> None:
    ce = [each for each in crossed() if each["loss"] == "ce"]
    others = [each for each in crossed() if each["loss"] == "mse" and each["seed"] != 0]
    failing = [each for each in others if each["loss.output"] == "sigmoid" or each["seed"] != 3]
    failing += diverged("loss=mse", "loss.output=softmax", seeds=[3])
    cells = only([*ce, *failing]).cells
    assert {cell.common for cell in cells.values()} == {(1, 2, 3)}
    assert [cell.failures.failed for cell in cells.values()] == [0, 0, 0, 1]
    assert {cell.failures.runs for cell in cells.values()} == {3}
    assert cells["mse", "softmax"].mean == pytest.approx(0.93, abs=0.001)


def test_a_cell_without_a_run_that_learned_has_no_mean() -> None:
    runs = [each for each in crossed() if (each["loss"], each["loss.output"]) != ("ce", "softmax")]
    runs += diverged("loss=ce", "loss.output=softmax", seeds=range(4))
    assert math.isnan(only(runs).cells["ce", "softmax"].mean)


def test_confounded_factors_have_cells_on_the_diagonal_only() -> None:
    design = only([*arm("loss=ce"), *arm("loss=mse")])
    assert list(design.cells) == [("ce", "softmax"), ("mse", "sigmoid")]
    assert design.is_crossed
