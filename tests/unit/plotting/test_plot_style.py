"""The style of all plots: panels, colours, lettering, and the axes that they are drawn on."""

import itertools
from collections.abc import Callable, Iterator

import drawn
import frames
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from drawn import CURVES, MSE, history, line
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from experiments.comparison import comparison
from experiments.errors import UserError
from experiments.mirror.figures import COLOURS
from experiments.plotting import plots


@pytest.fixture(autouse=True)
def _drawn_without_a_screen() -> Iterator[None]:
    with drawn.without_a_screen():
        yield


Draw = Callable[..., Axes]
MANY = history({(f"arm {n}", "validation/accuracy"): [[0.9]] for n in range(len(COLOURS) + 1)})
ARRIVED = MANY.assign(target=0.9)


@pytest.mark.parametrize(("draw", "frame", "option"), [
    (plots.learning_curves, MANY, "accuracy"), (plots.time_to_accuracy, ARRIVED, "epoch"),
])  # fmt: skip
def test_more_arms_than_can_be_told_apart_are_refused(
    draw: Draw, frame: pd.DataFrame, option: str
) -> None:
    with pytest.raises(UserError, match=r"^8 arms in one plot cannot be told apart; .*fewer"):
        draw(frame, option)
    draw(frame[frame["arm"] != "arm 0"], option)


@pytest.fixture
def compared() -> comparison.Pair:
    """Return a pair of arms over six seeds, of which one diverged."""
    runs = [
        frames.run("loss=ce", f"seed={seed}", accuracy=0.9 + 0.001 * seed) for seed in range(6)
    ] + [frames.run("loss=mse", f"seed={seed}", accuracy=0.89) for seed in range(5)]
    runs.append(frames.run("loss=mse", "seed=5", accuracy=0.1, status="diverged"))
    (pair,) = comparison.pairs(frames.frame(runs), "loss")
    return pair


def test_plots_are_drawn_where_they_are_told_to(compared: comparison.Pair) -> None:
    pair = [compared]
    runs = pd.concat([compared.runs_a, compared.runs_b])
    arms = pd.DataFrame([[0.5]], index=["ce"], columns=["ce"])
    error = {("ce", "output/error"): [[0.1]], ("ce", "saturated/1"): [[0.1]]}
    labels = pd.DataFrame({"label": [1], "predicted": [2]})
    draws: list[Callable[[Axes], Axes]] = [
        lambda axes: plots.learning_curves(history(CURVES), "accuracy", axes=axes),
        lambda axes: plots.accuracy_by_rate(runs, axes=axes),
        lambda axes: plots.paired_differences(
            comparison.differences(pair), comparison.compare(runs, "loss"), axes=axes
        ),
        lambda axes: plots.superiority(arms, axes=axes),
        lambda axes: plots.time_to_accuracy(ARRIVED[ARRIVED["arm"] == "arm 0"], "epoch", axes=axes),
        lambda axes: plots.confusion(labels, axes=axes),
        lambda axes: plots.output_error(history(error), axes=axes),
        lambda axes: plots.saturation(history(error), axes=axes),
    ]
    _, grid = plt.subplots(2, 4)
    for draw, axes in zip(draws, grid.flat, strict=True):
        assert draw(axes) is axes
        assert axes.get_title()
    assert len(plt.get_fignums()) == 1


def test_panels_share_scales_colours_and_a_legend() -> None:
    networks = {
        "784-30-10": CURVES,
        "784-32-32-10": {key: each for key, each in CURVES.items() if key[0] == "mse"},
        "784-20-10-10": {("ce", "validation/accuracy"): [[0.2, 0.9]]},
    }
    frame = pd.concat([history(values, network) for network, values in networks.items()])
    shown = plots.panels(frame, "network", plots.learning_curves, "accuracy")
    figure = shown[0].figure
    assert [axes.get_title() for axes in shown] == sorted(networks)
    assert figure.get_suptitle() == "Accuracy over training"
    assert list(figure.axes) == list(shown)  # nothing where there is no fourth
    np.testing.assert_allclose(line(shown[2], COLOURS[1]).get_ydata(), np.mean(MSE, axis=0))
    np.testing.assert_allclose(line(shown[0], COLOURS[0]).get_ydata(), [0.2, 0.9])
    assert len({axes.get_ylim() for axes in shown}) == 1
    assert all(axes.get_legend() is None for axes in shown)
    (shared,) = figure.legends
    assert [text.get_text() for text in shared.get_texts()] == [
        "ce", "mse", "validation", "training",
    ]  # fmt: skip
    assert [axes.get_ylabel() for axes in shown] == ["accuracy", "", "accuracy"]


LMS = np.array([[0.31399022, 0.63951294, 0.04649755],
                [0.15537241, 0.75789446, 0.08670142],
                [0.01775239, 0.10944209, 0.87256922]])  # fmt: skip
"""From linear RGB to what the three kinds of cone see (Smith and Pokorny 1975, for sRGB)."""
WITHOUT = {
    "protanopia": [[0, 1.05118294, -0.05116099], [0, 1, 0], [0, 0, 1]],
    "deuteranopia": [[1, 0, 0], [0.9513092, 0, 0.04866992], [0, 0, 1]],
}
"""What is seen without one kind of cone (Vienot, Brettel and Mollon 1999)."""


@pytest.mark.parametrize("kind", WITHOUT)
def test_colours_are_told_apart_by_the_colour_blind(kind: str) -> None:
    linear = np.array([to_rgb(each) for each in COLOURS]) ** 2.2
    seen = linear @ LMS.T @ np.array(WITHOUT[kind]).T @ np.linalg.inv(LMS).T
    shown = np.clip(seen, 0, 1) ** (1 / 2.2)
    apart = [np.linalg.norm(a - b) for a, b in itertools.combinations(shown, 2)]
    assert min(apart) > 0.12
    red_and_green = np.array([(0.55, 0.35, 0), (0.4, 0.4, 0)])  # the check's own check
    seen = red_and_green**2.2 @ LMS.T @ np.array(WITHOUT[kind]).T @ np.linalg.inv(LMS).T
    assert np.linalg.norm(np.subtract(*np.clip(seen, 0, 1) ** (1 / 2.2))) < 0.12


def test_lettering_is_large_enough_to_be_read_in_a_readme() -> None:
    axes = plots.learning_curves(history(CURVES), "accuracy")
    lettering = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels()]
    keys = axes.get_legend()
    assert keys is not None
    assert min(each.get_fontsize() for each in [*lettering, *keys.get_texts()]) >= 9
