"""The style of all plots: colours, sizes of texts, and where plots are drawn."""

import inspect
import itertools
from collections.abc import Callable

import drawn
import frames
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import CURVES, history
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from experiments import comparison, plotting
from experiments.errors import UserError
from experiments.palette import COLOURS
from experiments.plotting.style import (
    arm_colours,
    epoch_axis,
    logarithmic_axis,
    percent_axis,
)

MANY = history({(f"arm {n}", "validation/accuracy"): [[0.9]] for n in range(len(COLOURS) + 1)})


def test_arms_get_colours_in_alphabetical_order() -> None:
    frame = pd.DataFrame({"arm": ["mse", "ce", "mse"]})
    assert arm_colours(frame) == {"ce": COLOURS[0], "mse": COLOURS[1]}
    assert arm_colours(frame.drop(columns="arm")) == {"": COLOURS[0]}


def test_a_part_of_a_categorical_frame_keeps_the_colours_of_the_whole() -> None:
    frame = pd.DataFrame({"arm": pd.Categorical(["ce", "mse"])})
    assert arm_colours(frame[frame["arm"] == "mse"]) == {"ce": COLOURS[0], "mse": COLOURS[1]}


@pytest.mark.parametrize(
    ("draw", "frame", "option"),
    [
        (plotting.learning_curves, MANY, "accuracy"),
        (plotting.time_to_accuracy, MANY.assign(target=0.9), "epoch"),
    ],
)
def test_more_arms_than_colours_are_refused(
    draw: Callable[..., Axes], frame: pd.DataFrame, option: str
) -> None:
    with pytest.raises(UserError, match=r"^8 arms are too many for one plot, which has 7 colours"):
        draw(frame, option)
    draw(frame[frame["arm"] != "arm 0"], option)


LMS = np.array(
    [
        [0.31399022, 0.63951294, 0.04649755],
        [0.15537241, 0.75789446, 0.08670142],
        [0.01775239, 0.10944209, 0.87256922],
    ]
)
"""From linear RGB to the responses of the three kinds of cones (Smith and Pokorny 1975, sRGB)."""
COLOUR_BLIND = {
    "protanopia": [[0, 1.05118294, -0.05116099], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [[1, 0, 0], [0.9513092, 0, 0.04866992], [0, 0, 1]],
}
"""The responses without one kind of cones (Vienot, Brettel and Mollon 1999)."""
LEAST_DISTANCE = 0.12


def simulated(colours: list[tuple[float, float, float]], kind: str) -> np.ndarray:
    """Return RGB colours as colour-blind readers see them."""
    linear = np.array(colours) ** 2.2
    seen = linear @ LMS.T @ np.array(COLOUR_BLIND[kind]).T @ np.linalg.inv(LMS).T
    return np.clip(seen, 0, 1) ** (1 / 2.2)


@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_colour_blind_readers_can_distinguish_all_colours(kind: str) -> None:
    shown = simulated([to_rgb(each) for each in COLOURS], kind)
    distances = [np.linalg.norm(a - b) for a, b in itertools.combinations(shown, 2)]
    assert min(distances) > LEAST_DISTANCE


@pytest.mark.parametrize("kind", COLOUR_BLIND)
def test_the_simulation_makes_brown_and_green_alike(kind: str) -> None:
    brown, green = simulated([(0.55, 0.35, 0), (0.4, 0.4, 0)], kind)
    assert np.linalg.norm(brown - green) < LEAST_DISTANCE


def test_texts_are_large_enough_to_be_read_in_a_readme() -> None:
    axes = plotting.learning_curves(history(CURVES), "accuracy")
    texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels()]
    legend = axes.get_legend()
    assert legend is not None
    assert min(text.get_fontsize() for text in [*texts, *legend.get_texts()]) >= 9


def test_axes_of_epochs_percentages_and_costs_have_plain_labels() -> None:
    axes = plt.subplots()[1]
    axes.plot([1, 2, 3], [0.02, 0.1, 0.5])
    epoch_axis(axes)
    percent_axis(axes)
    axes.figure.canvas.draw()
    assert axes.get_xlabel() == "epoch"
    assert {float(text.get_text()) % 1 for text in axes.get_xticklabels()} == {0}
    assert all(text.get_text().endswith("%") for text in axes.get_yticklabels())
    logarithmic_axis(axes)
    axes.figure.canvas.draw()
    assert axes.get_yscale() == "log"
    assert {"0.02", "0.1", "0.5"} <= {text.get_text() for text in axes.get_yticklabels()}


@pytest.fixture(scope="module")
def compared() -> comparison.Comparison:
    """Two arms over six seeds, one run of which diverged."""
    runs = frames.arm("loss=ce", seeds=range(6)) + frames.arm("loss=mse", seeds=range(5), at=0.89)
    runs += frames.diverged("loss=mse", seeds=[5])
    return comparison.compare(frames.frame(runs), "loss")


def test_every_plot_is_drawn_on_the_axes_that_are_given(compared: comparison.Comparison) -> None:
    arms = pd.DataFrame([[0.5]], index=["ce"], columns=["ce"])
    diagnostics = history(
        {
            ("ce", "output/error"): [[0.1]],
            ("ce", "saturated/1"): [[0.1]],
            ("ce", "error_norm/1"): [[0.1]],
        }
    )
    labels = pd.DataFrame({"label": [1], "predicted": [2]})
    arrived = MANY[MANY["arm"] == "arm 0"].assign(target=0.9)
    runs = comparison.named(compared.tuned, "loss")
    curves = history(CURVES)
    neuron = pd.DataFrame({"arm": "mse", "epoch": [0, 1], "value": [0.9, 0.8]})
    published = pd.DataFrame(
        {"label": ["n"], "x": [1], "published": [95], "mean": [94], "low": [93], "high": [95]}
    )
    weights = {"layer 1": np.arange(4.0)}
    draws: dict[str, Callable[[Axes], Axes]] = {
        "learning_curves": lambda axes: plotting.learning_curves(curves, "accuracy", axes=axes),
        "accuracy_by_rate": lambda axes: plotting.accuracy_by_rate(runs, axes=axes),
        "paired_differences": lambda axes: plotting.paired_differences(compared, axes=axes),
        "superiority": lambda axes: plotting.superiority(arms, axes=axes),
        "time_to_accuracy": lambda axes: plotting.time_to_accuracy(arrived, "epoch", axes=axes),
        "confusion": lambda axes: plotting.confusion(labels, axes=axes),
        "output_error": lambda axes: plotting.output_error(diagnostics, axes=axes),
        "error_norms": lambda axes: plotting.error_norms(diagnostics, axes=axes),
        "saturation": lambda axes: plotting.saturation(diagnostics, axes=axes),
        "tuning_curves": lambda axes: plotting.tuning_curves(
            runs.assign(chosen=True), "optimizer.learning_rate", "log", (0.1, 1), [], axes=axes
        ),
        "neuron_outputs": lambda axes: plotting.neuron_outputs(neuron, axes=axes),
        "published_curve": lambda axes: plotting.published_curve(published, "x", axes=axes),
        "published_differences": lambda axes: plotting.published_differences(published, axes=axes),
        "weight_distribution": lambda axes: plotting.weight_distribution(weights, axes=axes),
        "narrowing_intervals": lambda axes: plotting.narrowing_intervals([compared], 0, axes=axes),
    }
    with_axes = {
        name
        for name in set(plotting.__all__) - {"Provenance"}
        if "axes" in inspect.signature(getattr(plotting, name)).parameters
    }
    assert with_axes == set(draws)
    _, grid = plt.subplots(2, -(-len(draws) // 2), figsize=(24, 12))
    for draw, axes in zip(draws.values(), grid.flat, strict=False):
        assert draw(axes) is axes
        assert axes.get_title()
    assert len(plt.get_fignums()) == 1


def test_the_style_is_the_same_for_all_following_plots() -> None:
    with drawn.without_screen():
        axes = plt.subplots()[1]
        assert not axes.spines["top"].get_visible()
        assert plt.rcParams["figure.constrained_layout.use"]
