"""Panels: the same plot for each value of a column."""

import matplotlib as mpl
import numpy as np
import pandas as pd
from drawn import CURVES, MSE, history, line

from experiments import plotting
from experiments.palette import COLOURS


def test_panels_share_scales_colours_and_a_legend() -> None:
    conditions = {
        "784-30-10": CURVES,
        "784-32-32-10": {key: each for key, each in CURVES.items() if key[0] == "mse"},
        "784-20-10-10": {("ce", "validation/accuracy"): [[0.2, 0.9]]},
    }
    frame = pd.concat([history(values, condition) for condition, values in conditions.items()])
    shown = plotting.panels(frame, "condition", plotting.learning_curves, "accuracy")
    figure = shown[0].figure
    assert [axes.get_title() for axes in shown] == sorted(conditions)
    assert figure.get_suptitle() == "Accuracy over training"
    assert list(figure.axes) == list(shown)  # the fourth place is empty
    np.testing.assert_allclose(line(shown[2], COLOURS[1]).get_ydata(), np.mean(MSE, axis=0))
    np.testing.assert_allclose(line(shown[0], COLOURS[0]).get_ydata(), [0.2, 0.9])
    assert len({axes.get_ylim() for axes in shown}) == 1
    assert all(axes.get_legend() is None for axes in shown)
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert labels == ["ce", "mse", "validation", "training"]
    assert [axes.get_ylabel() for axes in shown] == ["accuracy", "", "accuracy"]


def test_panels_may_have_different_x_axes() -> None:
    short = {("ce", "validation/accuracy"): [[0.1, 0.2]]}
    frame = pd.concat([history(CURVES, "a"), history(short, "b")])
    shown = plotting.panels(frame, "condition", plotting.learning_curves, "accuracy", share_x=False)
    limits = {axes.get_xlim() for axes in shown}
    assert len(limits) == 2
    assert len({axes.get_ylim() for axes in shown}) == 1


def test_titles_and_legend_fit_above_and_below_a_single_panel() -> None:
    curves = {(f"arm number {n}", "validation/accuracy"): [[0.2, 0.9]] for n in range(7)}
    condition = " ".join(["784-128-64-10"] * 3)
    with mpl.rc_context():
        plotting.use_style()
        (axes,) = plotting.panels(
            history(curves, condition), "condition", plotting.learning_curves, "accuracy"
        )
        figure = axes.get_figure(root=True)
        assert figure is not None
        figure.suptitle(plotting.fitted("a long title of a figure " * 2, figure.get_figwidth()))
        figure.canvas.draw()
        (legend,) = figure.legends
        width, height = figure.bbox.size
        for artist in (figure._suptitle, axes.title, legend):  # type: ignore[attr-defined]
            box = artist.get_window_extent()
            assert (box.x0, box.y0) >= (0, 0)
            assert (box.x1, box.y1) <= (width, height)
        assert axes.get_window_extent().height > height / 4
