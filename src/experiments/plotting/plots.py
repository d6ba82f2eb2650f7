"""Plots of results: each takes a tidy frame and returns the axes that it drew on.

One style for all: Okabe and Ito's palette, which colour-blind readers can tell apart, and sizes
that can be read in a README and from the back of a room. Bands and bars are 95 % intervals of the
mean over seeds (Student's); the columns `arm` and `network` are those of `comparison.named`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
    PercentFormatter,
)
from scipy import stats

from experiments.comparison.comparison import ARM, NETWORK
from experiments.comparison.statistics import MARGIN
from experiments.errors import UserError
from experiments.mirror.figures import COLOURS
from experiments.results.commands import RATE, default_rate
from experiments.results.results import VALIDATION

Dashes = Literal["-", "--", ":", "-."]

STYLE = {
    "figure.dpi": 90,
    "figure.constrained_layout.use": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.titleweight": "bold",
    "axes.titlesize": "medium",
    "grid.alpha": 0.3,
    "font.size": 11,
    "legend.frameon": False,
}
SPLITS: dict[str, Dashes] = {"validation": "-", "training": "--"}
PANEL = (4.8, 3.0)
"""Width and height of a panel, in inches."""


def use_style() -> None:
    """Make every plot from now on look like those of this project."""
    sns.set_theme(style="ticks", palette=COLOURS, rc=STYLE)


def panels(
    frame: pd.DataFrame,
    column: str,
    draw: Callable[..., Axes],
    *options: Any,
    share_x: bool = True,
) -> Sequence[Axes]:
    """Draw a plot for each value of a column, side by side on the same scales.

    ``draw`` gets the part of the frame, ``options`` and its `axes`.
    """
    values = sorted(frame[column].unique())
    columns = min(2, len(values))
    rows = -(-len(values) // columns)
    size = (PANEL[0] * columns, PANEL[1] * rows)
    figure, grid = plt.subplots(
        rows, columns, figsize=size, squeeze=False, sharex=share_x, sharey=True
    )
    hues = frame.assign(**{ARM: frame[ARM].astype("category")}) if ARM in frame else frame
    for axes, value in zip(grid.flat, values, strict=False):
        draw(hues[hues[column] == value], *options, axes=axes)
        figure.suptitle(axes.get_title(), weight="bold")
        axes.set_title(str(value))
        if share_x:
            axes.label_outer(remove_inner_ticks=True)
    for axes in grid.flat[len(values) :]:
        axes.remove()
    drawn = list(grid.flat[: len(values)])
    _one_legend(figure, drawn)
    return drawn


def learning_curves(
    history: pd.DataFrame, quantity: str, *, zoom: bool = True, axes: Axes | None = None
) -> Axes:
    """Plot `cost` or `accuracy` against the epoch, an arm a colour; training is dashed.

    With ``zoom`` accuracies are shown from 90 % on if most of them are above.
    """
    splits = {f"validation/{quantity}": "validation", f"train/{quantity}": "training"}
    shown = history[history["metric"].isin(list(splits))]
    shown = shown.assign(split=shown["metric"].astype(str).map(splits))
    axes = _lines(shown, "epoch", axes, style="split", styles=SPLITS)
    if quantity == "accuracy":
        axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
        if zoom and shown["value"].quantile(0.25) > 0.9:
            axes.set_ylim(0.9, 1.0)
        axes.set(title="Accuracy over training", ylabel="accuracy")
    else:
        _logarithmic(axes)
        axes.set(title="Cost over training", ylabel="cost per image")
    _epochs(axes)
    return axes


def accuracy_by_rate(runs: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot validation accuracy against the learning rate; the arms' defaults are dotted.

    Where runs diverged it says how many did; the mean is that of the others.
    """
    ended = runs[runs["status"].isin(["finished", "diverged"])]
    finished = ended[ended["status"] == "finished"].assign(value=ended[VALIDATION])
    axes = _lines(finished, RATE, axes, bars=True)
    for arm, colour in _colours(runs).items():
        for rate in {default_rate(run) for run in _distinct(runs[runs[ARM] == arm])}:
            axes.axvline(rate, color=colour, linestyle=":", linewidth=1.5)
        of_arm = ended[ended[ARM] == arm]
        for rate, status in of_arm.groupby(RATE)["status"]:
            diverged = int((status == "diverged").sum())
            if diverged:
                words = f"{diverged}/{len(status)}\ndiverged"
                place = (float(rate), 0.02)
                axes.annotate(words, place, xycoords=("data", "axes fraction"), ha="center",
                              color=colour, fontsize=8)  # fmt: skip
    axes.set(xscale="log", xlabel="learning rate", ylabel="validation accuracy")
    if len(ended):
        _tick(axes, sorted(ended[RATE].unique()))
    axes.set_title("Accuracy by learning rate (dotted: the default)")
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    return axes


def paired_differences(
    differences: pd.DataFrame,
    table: pd.DataFrame,
    *,
    margin: float = MARGIN,
    axes: Axes | None = None,
) -> Axes:
    """Plot the difference of every seed, and the mean with its interval, by network.

    ``differences`` as from `comparison.differences`, ``table`` as from `comparison.compare`; what
    lies within ``margin`` of zero is shaded, as no difference that matters.
    """
    rows = [f"{each['network']}: {each['A']} - {each['B']}" for _, each in table.iterrows()]
    axes = axes or plt.subplots(figsize=(9, 1.4 + 0.5 * len(rows)))[1]
    axes.axvspan(-100 * margin, 100 * margin, color="0.9", zorder=0)
    axes.axvline(0, color="black", linewidth=1)
    shown = differences.assign(
        points=100 * differences["difference"],
        row=differences["network"] + ": " + differences["arms"],
    )
    if len(shown):
        sns.stripplot(
            shown,
            x="points",
            y="row",
            order=rows,
            ax=axes,
            color=COLOURS[5],
            size=6,
            alpha=0.6,
            jitter=False,
        )
    axes.set(yticks=range(len(rows)), yticklabels=rows, ylim=(len(rows) - 0.5, -0.5))
    for place, (_, each) in enumerate(table.iterrows()):
        low, middle, high = (100 * each[name] for name in ("low", "difference", "high"))
        axes.plot([low, high], [place, place], color="black", linewidth=2.5, zorder=5)
        axes.plot(middle, place, "D", color="black", markersize=7, zorder=5)
    axes.set_title("Difference on every seed, mean and 95 % interval (shaded: a tie)")
    axes.set(xlabel="percentage points of accuracy by which the first is ahead", ylabel="")
    return axes


def superiority(matrix: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot how often the arm of a row beats that of a column; as from `comparison.superiority`."""
    axes = axes or plt.subplots(figsize=(3 + 0.9 * len(matrix), 2 + 0.7 * len(matrix)))[1]
    sns.heatmap(
        100 * matrix, ax=axes, annot=True, fmt=".0f", cmap="RdBu", vmin=0, vmax=100, cbar=False
    )
    axes.set_title("% of seeds on which the row beats the column")
    axes.set(xlabel="", ylabel="")
    axes.tick_params(axis="y", rotation=0)
    axes.tick_params(axis="x", rotation=30 if len(matrix) > 4 else 0)
    axes.grid(visible=False)
    return axes


def time_to_accuracy(arrivals: pd.DataFrame, unit: str, *, axes: Axes | None = None) -> Axes:
    """Plot when target accuracies are first reached, in `epoch` or `seconds`.

    ``arrivals`` as from `results.arrivals`. Where not all runs arrived, the bar is pale, says how
    many did, and is their mean, without an interval: what the others would have needed is unknown.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    colours, targets = _colours(arrivals), sorted(arrivals["target"].unique())
    width = 0.8 / len(colours)
    for number, (arm, colour) in enumerate(colours.items()):
        for place, target in enumerate(targets):
            of_both = (arrivals[ARM] == arm) & (arrivals["target"] == target)
            _bar(
                axes,
                place - 0.4 + width * (number + 0.5),
                width,
                arrivals.loc[of_both, unit],
                colour,
            )
    axes.set_xticks(range(len(targets)), [f"{target:.0%}" for target in targets])
    axes.set_xlim(-0.5, len(targets) - 0.5)
    axes.legend(handles=_keys(colours), fontsize="small")
    axes.set_title(f"Training until a validation accuracy ({_plural(unit)})")
    axes.set(xlabel="validation accuracy", ylabel=_plural(unit))
    axes.grid(visible=False, axis="x")
    return axes


def confusion(predictions: pd.DataFrame, *, of: str = "", axes: Axes | None = None) -> Axes:
    """Plot how often each label (row) is taken for each class (column).

    ``predictions`` with a row an image: `label` and `predicted`; ``of`` says whose they are.
    """
    axes = axes or plt.subplots(figsize=(6.4, 5.6))[1]
    counts = pd.crosstab(predictions["label"], predictions["predicted"])
    mistakes = counts.to_numpy() * (counts.index.to_numpy()[:, None] != counts.columns.to_numpy())
    sns.heatmap(mistakes, ax=axes, annot=counts, fmt="d", cmap="Reds", cbar=False, linewidths=1,
                xticklabels=counts.columns, yticklabels=counts.index)  # fmt: skip
    axes.set_title(f"How often each class is taken for which\n{of}".rstrip())
    axes.tick_params(axis="y", rotation=0)
    axes.grid(visible=False)
    axes.set(xlabel="predicted", ylabel="label")
    return axes


def output_error(history: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot the output error `|a - y|`, the slope `a (1 - a)`, and what backpropagation gets.

    The slope is `sigma'(z)` of sigmoid outputs. The quadratic cost's gradient is the product of the
    two for each output; the mean of the products is not the product of the means.
    """
    names = {
        "output/error": r"error $|a - y|$",
        "output/slope": r"slope $a (1 - a)$",
        "output/delta": r"gradient $|\partial C / \partial z|$",
    }
    error, slope, delta = names.values()
    styles: dict[str, Dashes] = {error: "-", slope: ":", delta: "--"}
    shown = history[history["metric"].isin(list(names))]
    shown = shown.assign(part=shown["metric"].astype(str).map(names))
    axes = _lines(shown, "epoch", axes, style="part", styles=styles)
    _logarithmic(axes)
    axes.set_title("The output error, taken apart")
    axes.set_ylabel("mean over outputs")
    _epochs(axes)
    return axes


def saturation(history: pd.DataFrame, *, axes: Axes | None = None) -> Axes:
    """Plot which fraction of each layer's neurons is saturated, a layer a line style."""
    shown = history[history["metric"].astype(str).str.startswith("saturated/")]
    layers = shown["metric"].astype(str).str.replace("saturated/", "layer ")
    drawn: tuple[Dashes, ...] = ("-", "--", ":", "-.")
    known = sorted(layers.unique())
    styles = {layer: drawn[number % len(drawn)] for number, layer in enumerate(known)}
    shown = shown.assign(layer=layers)
    axes = _lines(shown, "epoch", axes, style="layer", styles=styles)
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))
    axes.set_title("Saturated neurons")
    axes.set(ylabel="fraction of neurons", ylim=(0, 1))
    _epochs(axes)
    return axes


def _lines(
    frame: pd.DataFrame,
    x: str,
    axes: Axes | None,
    *,
    style: str | None = None,
    styles: Mapping[str, Dashes] | None = None,
    bars: bool = False,
) -> Axes:
    """Draw the mean of `value` with its interval, a line for each arm and value of ``style``.

    seaborn's own would take a second a panel, as it asks for each interval by itself.
    """
    axes = axes or plt.subplots(figsize=PANEL)[1]
    colours = _colours(frame)
    styles = styles or {"": "-"}
    marker = "o" if bars or frame[x].nunique() == 1 else None  # one point draws no line
    for arm, colour in colours.items():
        of_arm = frame[frame[ARM] == arm]
        for name, dashes in styles.items():
            part = of_arm[of_arm[style] == name] if style else of_arm
            mean, half = _intervals(part.groupby(x)["value"])
            if bars:
                axes.errorbar(mean.index, mean, half, color=colour, linestyle=dashes, marker=marker)
                continue
            axes.plot(mean.index, mean, color=colour, linestyle=dashes, marker=marker)
            if half.any():
                low, high = mean - half, mean + half
                axes.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)
    keys = [*_keys(colours)]
    keys += [Line2D([], [], color="0.3", linestyle=d, label=n) for n, d in styles.items() if n]
    axes.legend(handles=keys, fontsize="small", handlelength=2.5)
    return axes


def _bar(axes: Axes, x: float, width: float, values: pd.Series, colour: str) -> None:
    """Draw the mean of what is known of ``values``, and its interval if that is all of them."""
    arrived = values.dropna()
    if len(arrived) == len(values):
        mean, half = (each.iloc[0] for each in _intervals(values.groupby(np.zeros(len(values)))))
        axes.bar(x, mean, width, color=colour)
        axes.plot([x, x], [max(mean - half, 0.0), mean + half], color="black", linewidth=1.5)
        return
    height = arrived.mean() if len(arrived) else 0.0
    axes.bar(x, height, width, color=colour, alpha=0.4)
    words = f"{len(arrived)}/{len(values)}"
    axes.annotate(words, (x, height), (0, 3), textcoords="offset points", ha="center", fontsize=8)


def _one_legend(figure: Figure, drawn: Sequence[Axes]) -> None:
    """Put what the legends of several axes say below them, once."""
    keys: dict[str, Artist] = {}
    for axes in drawn:
        legend = axes.get_legend()
        if legend:
            words = [text.get_text() for text in legend.get_texts()]
            keys |= {
                word: key for word, key in zip(words, legend.legend_handles, strict=True) if key
            }
            legend.remove()
    if keys:
        figure.legend(list(keys.values()), list(keys), loc="outside lower center", ncols=len(keys))


def _keys(colours: Mapping[str, str]) -> list[Line2D]:
    return [Line2D([], [], color=colour, label=arm, lw=3) for arm, colour in colours.items()]


def _colours(frame: pd.DataFrame) -> dict[str, str]:
    """Return each arm's colour. Raises UserError if there are more than can be told apart."""
    if ARM not in frame:
        return {"": COLOURS[0]}
    arms = frame[ARM]
    known = list(arms.cat.categories) if hasattr(arms, "cat") else sorted(arms.unique())
    if len(known) > len(COLOURS):
        raise UserError(f"{len(known)} arms in one plot cannot be told apart; draw fewer at once")
    return dict(zip(known, COLOURS, strict=False))


def _intervals(values: Any) -> tuple[pd.Series, pd.Series]:
    """Return the mean of each group of values, and half of Student's 95 % interval; 0 for one."""
    found = values.agg(["mean", "sem", "count"])
    quantiles = stats.t.ppf(0.975, found["count"].clip(lower=2) - 1)
    return found["mean"], (quantiles * found["sem"]).fillna(0)


def _epochs(axes: Axes) -> None:
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def _tick(axes: Axes, rates: Sequence[float]) -> None:
    """Label the rates that were tried, as far as there is room."""
    low, high = axes.get_xlim()
    kept: list[float] = []
    for rate in rates:
        apart = (high / low) ** (0.024 * len(f"{rate:g}"))
        if not kept or rate >= apart * kept[-1]:
            kept.append(rate)
    axes.set_xticks(kept, [f"{rate:g}" for rate in kept], fontsize=9)
    axes.xaxis.set_minor_locator(NullLocator())


def _logarithmic(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def _distinct(runs: pd.DataFrame) -> list[Mapping[str, Any]]:
    columns = [NETWORK, "activation", "loss", "optimizer"]
    rows: list[Mapping[str, Any]] = runs.drop_duplicates(columns).to_dict("records")
    return rows


def _plural(unit: str) -> str:
    return unit if unit.endswith("s") else f"{unit}s"
