"""What plots show is what is in the frame: read back from the lines, bars and dots drawn."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import drawn
import frames
import numpy as np
import pandas as pd
import pytest
from drawn import CE, CURVES, bands, history, legend, line, words
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.colors import same_color, to_rgb
from omegaconf import DictConfig
from scipy import stats

from experiments.comparison import comparison
from experiments.mirror.figures import COLOURS
from experiments.plotting import plots
from experiments.results.results import arrivals as arrivals_of


@pytest.fixture(autouse=True)
def _drawn_without_a_screen() -> Iterator[None]:
    with drawn.without_a_screen():
        yield


def assert_labelled(axes: Axes, x: str, y: str) -> None:
    assert axes.get_title()
    assert (axes.get_xlabel(), axes.get_ylabel()) == (x, y)


def student(sample: Sequence[float]) -> tuple[float, float]:
    low, high = stats.t(len(sample) - 1, np.mean(sample), stats.sem(sample)).interval(0.95)
    return float(low), float(high)


def test_learning_curves_are_the_means_over_seeds_with_their_intervals() -> None:
    axes = plots.learning_curves(history(CURVES), "accuracy")
    assert_labelled(axes, "epoch", "accuracy")
    for arm, colour in (("ce", COLOURS[0]), ("mse", COLOURS[1])):
        of_seeds = np.array(CURVES[arm, "validation/accuracy"])
        solid, dashed = line(axes, colour), line(axes, colour, "--")
        assert list(solid.get_xdata()) == [1, 2, 3]
        np.testing.assert_allclose(solid.get_ydata(), of_seeds.mean(axis=0))
        np.testing.assert_allclose(dashed.get_ydata(), CURVES[arm, "train/accuracy"][0])
        expected = [student(list(of_epoch)) for of_epoch in of_seeds.T]
        (band,) = bands(axes, colour)
        np.testing.assert_allclose(band[:, 1:], expected)
        assert same_color(legend(axes)[arm].get_color(), colour)
    assert legend(axes)["validation"].get_linestyle() == "-"
    assert legend(axes)["training"].get_linestyle() == "--"
    axes.figure.canvas.draw()  # type: ignore[union-attr]
    assert all(text.get_text().endswith("%") for text in axes.get_yticklabels())


def test_a_curve_of_costs_is_logarithmic() -> None:
    shown = history({("ce", "validation/cost"): [[1, 0.1]], ("ce", "train/cost"): [[1, 0.01]]})
    axes = plots.learning_curves(shown, "cost")
    assert_labelled(axes, "epoch", "cost per image")
    assert axes.get_yscale() == "log"
    assert list(line(axes, COLOURS[0], "--").get_ydata()) == [1, 0.01]


@pytest.mark.parametrize(("lowest", "zoom", "bottom"), [
    (0.93, True, 0.9), (0.93, False, None), (0.5, True, None),
])  # fmt: skip
def test_accuracies_that_are_all_high_are_shown_larger(
    lowest: float, zoom: bool, bottom: float | None
) -> None:
    shown = history({("ce", "validation/accuracy"): [[0.6, lowest, lowest, lowest, 0.98]]})
    axes = plots.learning_curves(shown, "accuracy", zoom=zoom)
    low, high = axes.get_ylim()
    assert (low, high) == (bottom, 1) if bottom else low <= 0.6


def test_a_single_seed_is_a_line_without_a_band() -> None:
    axes = plots.learning_curves(history({("ce", "validation/accuracy"): CE[:1]}), "accuracy")
    assert list(line(axes, COLOURS[0]).get_ydata()) == CE[0]
    assert bands(axes, COLOURS[0]) == []


def tried(*overrides: str, seeds: int = 3, **said: float | str) -> list[dict[str, object]]:
    return [
        frames.run(*overrides, f"seed={seed}", **said)  # type: ignore[arg-type]
        for seed in range(seeds)
    ]


def rate(value: float) -> str:
    return f"optimizer.learning_rate={value}"


def test_accuracy_is_shown_at_every_rate_and_what_diverged_is_counted() -> None:
    runs = [
        *tried("loss=ce", rate(0.01), accuracy=0.8),
        *tried("loss=ce", rate(0.1), accuracy=0.9),
        *tried("loss=mse", rate(0.1), accuracy=0.7),
        *tried("loss=mse", rate(1), accuracy=0.5, seeds=2),
        frames.run("loss=mse", rate(1), "seed=2", accuracy=0.1, status="diverged"),
        *tried("loss=mse", rate(10), accuracy=0.1, status="diverged"),
        frames.run("loss=mse", rate(5), accuracy=0.3, status="failed"),
    ]
    axes = plots.accuracy_by_rate(comparison.named(frames.frame(runs), "loss"))
    assert_labelled(axes, "learning rate", "validation accuracy")
    assert axes.get_xscale() == "log"
    for colour, expected in ((COLOURS[0], {0.01: 0.8, 0.1: 0.9}), (COLOURS[1], {0.1: 0.7, 1: 0.5})):
        drawn = line(axes, colour)
        assert drawn.get_marker() == "o"
        found = dict(zip(*map(list, drawn.get_data()), strict=True))
        assert found == pytest.approx(expected)
    notes = {each.get_text(): each for each in axes.texts}
    assert set(notes) == {"1/3\ndiverged", "3/3\ndiverged"}
    assert notes["3/3\ndiverged"].xy[0] == 10  # type: ignore[attr-defined]
    assert same_color(notes["3/3\ndiverged"].get_color(), COLOURS[1])


def test_the_default_rate_of_each_arm_is_dotted(composed: Callable[..., DictConfig]) -> None:
    runs = [*tried("optimizer=sgd", rate(0.5)), *tried("optimizer=adam", rate(0.01))]
    named = comparison.named(frames.frame(runs), "optimizer")
    axes = plots.accuracy_by_rate(named)
    for colour, arm in zip(COLOURS, ("adam", "sgd"), strict=False):
        default = composed(f"optimizer={arm}").optimizer.learning_rate
        assert list(line(axes, colour, ":").get_xdata()) == [default, default]


@pytest.mark.parametrize("ratio", [1.05, 1.3, 2, 10])
def test_rates_are_labelled_as_far_as_there_is_room(ratio: float) -> None:
    rates = [float(f"{0.00014 * ratio**n:.3g}") for n in range(12)]
    run = frames.frame([frames.run()]).loc[[0] * len(rates)].assign(**{plots.RATE: rates})
    axes = plots.accuracy_by_rate(comparison.named(run, "loss"))
    axes.figure.canvas.draw()  # type: ignore[union-attr]
    boxes = [each.get_window_extent() for each in axes.get_xticklabels()]
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
    assert float(axes.get_xticklabels()[0].get_text()) == rates[0]


@pytest.mark.parametrize("status", ["failed", "running", "diverged"])
def test_a_network_no_run_of_which_has_finished_has_an_empty_plot(status: str) -> None:
    runs = frames.frame(tried("loss=ce", accuracy=0.1, status=status))
    axes = plots.accuracy_by_rate(comparison.named(runs, "loss"))
    assert words(axes) == (["3/3\ndiverged"] if status == "diverged" else [])
    axes.figure.canvas.draw()  # type: ignore[union-attr]


NETS = ("architecture=784-30-10", "architecture=784-32-32-10")


def test_the_difference_of_every_seed_is_a_dot_beside_mean_and_interval() -> None:
    gains = {NETS[0]: [0.01, 0.012, 0.014, 0.02, 0.018, 0.016], NETS[1]: [-0.002, 0.001, -0.001]}
    runs = [
        frames.run(
            *(net, f"loss={loss}", f"seed={seed}"),
            accuracy=0.9 + (loss == "ce") * gain,
            started=place,
        )
        for place, (net, of_seeds) in enumerate(gains.items())
        for seed, gain in enumerate(of_seeds)
        for loss in ("ce", "mse")
    ]
    frame = frames.frame(runs)
    table = comparison.compare(frame, "loss")
    differences = comparison.differences(comparison.pairs(frame, "loss"))
    axes = plots.paired_differences(differences, table, margin=0.005)
    assert_labelled(axes, "percentage points of accuracy by which the first is ahead", "")
    rows = [text.get_text() for text in axes.get_yticklabels()]
    assert rows == ["784-30-10: ce - mse", "784-32-32-10: ce - mse"]
    dots = [each for each in axes.collections if isinstance(each, PathCollection)]
    for place, (of_seeds, dotted) in enumerate(zip(gains.values(), dots, strict=True)):
        x, y = np.asarray(dotted.get_offsets()).T
        np.testing.assert_allclose(sorted(x), 100 * np.sort(of_seeds), atol=1e-9)
        assert (abs(y - place) < 0.5).all()
        interval, mean = (each for each in axes.lines if set(each.get_ydata()) == {place})
        row = table.iloc[place]
        np.testing.assert_allclose(interval.get_xdata(), [100 * row["low"], 100 * row["high"]])
        np.testing.assert_allclose(mean.get_xdata(), [100 * np.mean(of_seeds)], atol=1e-9)
    (shaded,) = axes.patches
    assert tuple(shaded.get_window_extent().transformed(axes.transData.inverted()).intervalx) == (
        pytest.approx((-0.5, 0.5))
    )


def test_a_pair_of_arms_that_never_both_finished_is_a_row_without_dots() -> None:
    runs = [*tried("loss=ce", accuracy=0.9), *tried("loss=mse", accuracy=0.1, status="diverged")]
    frame = frames.frame(runs)
    found = comparison.differences(comparison.pairs(frame, "loss"))
    axes = plots.paired_differences(found, comparison.compare(frame, "loss"))
    axes.figure.canvas.draw()  # type: ignore[union-attr]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["784-30-10: ce - mse"]


def test_superiority_is_written_into_a_matrix_in_percent() -> None:
    arms = ["ce", "mse"]
    matrix = pd.DataFrame([[math.nan, 0.75], [0.25, math.nan]], index=arms, columns=arms)
    axes = plots.superiority(matrix)
    assert axes.get_title() == "% of seeds on which the row beats the column"
    assert words(axes) == ["75", "25"]
    places = {each.get_text(): each.get_position() for each in axes.texts}
    assert places == {"75": (1.5, 0.5), "25": (0.5, 1.5)}  # (column, row)
    assert [text.get_text() for text in axes.get_yticklabels()] == arms
    (cells,) = axes.collections
    assert cells.get_clim() == (0, 100)


@pytest.mark.parametrize("unit", ["epoch", "seconds"])
def test_arrivals_are_bars_and_those_missing_are_counted(unit: str) -> None:
    shown = history({
        ("ce", "validation/accuracy"): [[0.5, 0.8, 0.95], [0.5, 0.95, 0.95], [0.1, 0.5, 0.5]],
        ("ce", "seconds"): [[1.0, 2, 4]] * 3,
        ("mse", "validation/accuracy"): [[0.5, 0.6, 0.7]],
        ("mse", "seconds"): [[1.0, 1, 1]],
    })  # fmt: skip
    found = arrivals_of(shown, (0.5, 0.9))
    axes = plots.time_to_accuracy(found, unit)
    assert_labelled(axes, "validation accuracy", "epochs" if unit == "epoch" else "seconds")
    assert [text.get_text() for text in axes.get_xticklabels()] == ["50%", "90%"]
    bars = {
        (each.get_facecolor()[:3], round(each.get_x() + each.get_width() / 2)): each
        for each in axes.patches
    }
    ce, mse = to_rgb(COLOURS[0]), to_rgb(COLOURS[1])
    of_ce, later = ([1, 1, 2], [3, 2]) if unit == "epoch" else ([1, 1, 3], [7, 3])
    heights = {key: each.get_height() for key, each in bars.items()}
    expected = {(ce, 0): np.mean(of_ce), (mse, 0): 1, (ce, 1): np.mean(later), (mse, 1): 0}
    assert heights == pytest.approx(expected)
    assert words(axes) == ["2/3", "0/1"]
    opacity = {key: each.get_facecolor()[3] for key, each in bars.items()}
    assert opacity[ce, 1] == opacity[mse, 1] < opacity[ce, 0] == opacity[mse, 0] == 1
    (interval,) = (each for each in axes.lines if np.ptp(each.get_ydata()) > 0)
    low, high = student(of_ce)
    assert tuple(interval.get_ydata()) == pytest.approx((max(low, 0), high))
    assert {each: key.get_color() for each, key in legend(axes).items()} == {
        "ce": COLOURS[0], "mse": COLOURS[1],
    }  # fmt: skip


def test_a_confusion_matrix_counts_all_and_colours_mistakes() -> None:
    pairs = [(3, 3)] * 5 + [(3, 5)] * 2 + [(5, 5)] * 4 + [(5, 8)]  # 8 is no label
    axes = plots.confusion(pd.DataFrame(pairs, columns=["label", "predicted"]))
    assert_labelled(axes, "predicted", "label")
    assert words(axes) == ["5", "2", "0", "0", "4", "1"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["3", "5", "8"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["3", "5"]
    (cells,) = axes.collections
    assert isinstance(cells, QuadMesh)
    assert np.asarray(cells.get_array()).ravel().tolist() == [0, 2, 0, 0, 0, 1]


def test_the_output_error_is_taken_apart() -> None:
    parts = {"output/error": "-", "output/slope": ":", "output/delta": "--"}
    values: dict[tuple[str, str], list[list[float]]] = {
        (arm, metric): [[0.1 * n, 0.01 * n]]
        for n, (arm, metric) in enumerate(itertools.product(("ce", "mse"), parts), 1)
    }
    axes = plots.output_error(history({**values, ("ce", "validation/cost"): [[1, 1]]}))
    assert_labelled(axes, "epoch", "mean over outputs")
    assert axes.get_yscale() == "log"
    for (arm, metric), (expected,) in values.items():
        drawn = line(axes, COLOURS[("ce", "mse").index(arm)], parts[metric])
        np.testing.assert_allclose(drawn.get_ydata(), expected)
    styles = [key.get_linestyle() for key in legend(axes).values()]
    assert sorted(styles[2:]) == sorted(parts.values())


def test_saturation_has_a_line_for_every_layer() -> None:
    values = {("ce", f"saturated/{layer}"): [[0.1 * layer, 0.2 * layer]] for layer in (1, 2)}
    axes = plots.saturation(history({**values, ("ce", "train/cost"): [[1.0, 1.0]]}))
    assert_labelled(axes, "epoch", "fraction of neurons")
    assert axes.get_ylim() == (0, 1)
    for layer, style in ((1, "-"), (2, "--")):
        drawn = line(axes, COLOURS[0], style)
        np.testing.assert_allclose(drawn.get_ydata(), values["ce", f"saturated/{layer}"][0])
        assert legend(axes)[f"layer {layer}"].get_linestyle() == style
