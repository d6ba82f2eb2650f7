"""The output error and the saturated neurons against the epoch."""

import itertools

import numpy as np
from drawn import history, legend, line

from experiments.palette import COLOURS
from experiments.plotting import output_error, saturation


def test_error_slope_and_gradient_have_different_line_styles() -> None:
    parts = {"output/error": "-", "output/slope": ":", "output/delta": "--"}
    values: dict[tuple[str, str], list[list[float]]] = {
        (arm, metric): [[0.1 * n, 0.01 * n]]
        for n, (arm, metric) in enumerate(itertools.product(("ce", "mse"), parts), 1)
    }
    axes = output_error(history({**values, ("ce", "validation/cost"): [[1, 1]]}))
    assert axes.get_title() == "Output error, slope and gradient"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "mean over outputs")
    assert axes.get_yscale() == "log"
    for (arm, metric), (expected,) in values.items():
        drawn = line(axes, COLOURS[("ce", "mse").index(arm)], parts[metric])
        np.testing.assert_allclose(drawn.get_ydata(), expected)
    styles = [key.get_linestyle() for key in legend(axes).values()]
    assert sorted(styles[2:]) == sorted(parts.values())


def test_every_layer_has_a_line_of_saturated_neurons() -> None:
    values = {("ce", f"saturated/{layer}"): [[0.1 * layer, 0.2 * layer]] for layer in (1, 2)}
    axes = saturation(history({**values, ("ce", "train/cost"): [[1.0, 1.0]]}))
    assert axes.get_title() == "Saturated neurons"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "fraction of neurons")
    assert axes.get_ylim() == (0, 1)
    for layer, style in ((1, "-"), (2, "--")):
        drawn = line(axes, COLOURS[0], style)
        np.testing.assert_allclose(drawn.get_ydata(), values["ce", f"saturated/{layer}"][0])
        assert legend(axes)[f"layer {layer}"].get_linestyle() == style


def test_outputs_that_are_saturated_and_wrong_and_dead_rectifiers_have_lines_of_their_own() -> None:
    names = {
        "dead/1": "layer 1, dead",
        "saturated/1": "layer 1",
        "output/saturated_and_wrong": "outputs, and wrong",
    }
    values = {("ce", name): [[0.1 * n, 0.2 * n]] for n, name in enumerate(names, 1)}
    others = {("ce", "output/error"): [[0.5, 0.5]], ("ce", "validation/cost"): [[0.5, 0.5]]}
    axes = saturation(history({**values, **others}))
    for metric, label in names.items():
        drawn = line(axes, COLOURS[0], legend(axes)[label].get_linestyle())
        np.testing.assert_allclose(drawn.get_ydata(), values["ce", metric][0])
    assert list(legend(axes)) == ["ce", *sorted(names.values())]


def test_more_layers_than_line_styles_repeat_them() -> None:
    values = {("ce", f"saturated/{layer}"): [[0.1, 0.2]] for layer in range(1, 7)}
    keys = legend(saturation(history(values)))
    assert keys["layer 5"].get_linestyle() != keys["layer 1"].get_linestyle()
    assert keys["layer 6"].get_linestyle() == keys["layer 1"].get_linestyle()
