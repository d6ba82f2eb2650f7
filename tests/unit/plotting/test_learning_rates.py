"""Validation accuracy against the learning rate."""

import itertools
from typing import Any

import frames
import pytest
from drawn import line, texts
from frames import Runs
from matplotlib.colors import same_color

from experiments import comparison
from experiments.configuration import compose
from experiments.palette import COLOURS
from experiments.plotting import accuracy_by_rate
from experiments.results import RATE


def of_seeds(*overrides: str, seeds: int = 3, **result: Any) -> Runs:
    return [frames.run(*overrides, f"seed={seed}", **result) for seed in range(seeds)]


def rate(value: float) -> str:
    return f"{RATE}={value}"


def test_accuracy_is_shown_at_every_rate_and_diverged_runs_are_counted() -> None:
    runs = [
        *of_seeds("loss=ce", rate(0.01), accuracy=0.8),
        *of_seeds("loss=ce", rate(0.1), accuracy=0.9),
        *of_seeds("loss=mse", rate(0.1), accuracy=0.7),
        *of_seeds("loss=mse", rate(1), accuracy=0.5, seeds=2),
        frames.run("loss=mse", rate(1), "seed=2", accuracy=0.1, status="diverged"),
        *of_seeds("loss=mse", rate(10), accuracy=0.1, status="diverged"),
        frames.run("loss=mse", rate(5), accuracy=0.3, status="failed"),
    ]
    axes = accuracy_by_rate(comparison.named(frames.frame(runs), "loss"))
    assert axes.get_title() == "Accuracy by learning rate (dotted: the default)"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("learning rate", "validation accuracy")
    assert axes.get_xscale() == "log"
    for colour, expected in ((COLOURS[0], {0.01: 0.8, 0.1: 0.9}), (COLOURS[1], {0.1: 0.7, 1: 0.5})):
        drawn = line(axes, colour)
        assert drawn.get_marker() == "o"
        x, y = drawn.get_data()
        assert dict(zip(list(x), list(y), strict=True)) == pytest.approx(expected)
    notes = {each.get_text(): each for each in axes.texts}
    assert set(notes) == {"1/3\ndiverged", "3/3\ndiverged"}
    assert notes["3/3\ndiverged"].xy[0] == 10  # type: ignore[attr-defined]
    assert same_color(notes["3/3\ndiverged"].get_color(), COLOURS[1])


def test_an_arm_has_the_same_colour_if_another_arm_never_finished() -> None:
    runs = of_seeds("loss=ce", status="diverged") + of_seeds("loss=mse", accuracy=0.7)
    axes = accuracy_by_rate(comparison.named(frames.frame(runs), "loss"))
    assert list(line(axes, COLOURS[1]).get_ydata()) == pytest.approx([0.7])
    assert same_color(axes.texts[0].get_color(), COLOURS[0])


def test_the_default_rate_of_each_arm_is_a_dotted_line() -> None:
    runs = [*of_seeds("optimizer=sgd", rate(0.5)), *of_seeds("optimizer=adam", rate(0.01))]
    axes = accuracy_by_rate(comparison.named(frames.frame(runs), "optimizer"))
    for colour, arm in zip(COLOURS, ("adam", "sgd"), strict=False):
        default = compose([f"optimizer={arm}"]).optimizer.learning_rate
        assert list(line(axes, colour, ":").get_xdata()) == [default, default]


@pytest.mark.parametrize("ratio", [1.05, 1.3, 2, 10])
def test_the_labels_of_rates_do_not_overlap(ratio: float) -> None:
    rates = [float(f"{0.00014 * ratio**n:.3g}") for n in range(12)]
    runs = frames.frame([frames.run()]).loc[[0] * len(rates)].assign(**{RATE: rates})
    axes = accuracy_by_rate(comparison.named(runs, "loss"))
    axes.figure.canvas.draw()
    boxes = [each.get_window_extent() for each in axes.get_xticklabels()]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
    assert float(axes.get_xticklabels()[0].get_text()) == rates[0]


@pytest.mark.parametrize("status", ["failed", "running", "diverged"])
def test_a_condition_without_a_finished_run_has_no_line(status: str) -> None:
    runs = frames.frame(of_seeds("loss=ce", accuracy=0.1, status=status))
    axes = accuracy_by_rate(comparison.named(runs, "loss"))
    counted = ["3/3\ndiverged"] if status == "diverged" else []
    assert texts(axes) == [*counted, "No run has finished."]
    axes.figure.canvas.draw()
