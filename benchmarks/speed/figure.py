"""The figure: the ratios on each workload."""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from benchmarks.speed.machine import Machine
from benchmarks.speed.measuring import Measurement
from experiments.palette import COLOURS
from experiments.plotting import use_style

MARKERS = "os^Dv"
APART = 0.17
"""The distance between the ratios of one workload; workloads are 1 apart."""


def draw(measurements: Sequence[Measurement], machine: Machine, file: Path) -> None:
    """Write a PNG file: median, minimum and maximum of each ratio, with a line at 1."""
    mpl.use("Agg")
    use_style()
    figure = Figure(figsize=(9, 1.6 + 0.85 * len(measurements)))
    axes = figure.add_subplot()
    n = len(measurements[0].ratios)
    for number in range(n):
        ratios = [each.ratios[number] for each in measurements]
        middles = [median(each.values) for each in ratios]
        below = [middle - min(each.values) for middle, each in zip(middles, ratios, strict=True)]
        above = [max(each.values) - middle for middle, each in zip(middles, ratios, strict=True)]
        places = [row + (number - (n - 1) / 2) * APART for row in range(len(measurements))]
        axes.errorbar(
            middles,
            places,
            xerr=(below, above),
            fmt=MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            label=f"{ratios[0].ours} / {ratios[0].theirs}",
        )
    axes.set_yticks(
        range(len(measurements)),
        [each.workload.replace(each.network + " ", each.network + "\n") for each in measurements],
    )
    axes.invert_yaxis()
    axes.axvline(1, color="black", lw=1)
    axes.set_xscale("log")
    axes.set_xlabel("seconds per epoch, ours / theirs")
    axes.set_title(f"{machine.processor}, one core, {machine.date[:10]}")
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    figure.legend(loc="outside lower center", ncols=min(n, 4))
    figure.savefig(file, dpi=120)
