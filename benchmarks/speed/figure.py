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
SHARE = 0.9
"""The part of a workload's row that its ratios take; workloads are 1 apart."""


def draw(measurements: Sequence[Measurement], machine: Machine, file: Path) -> None:
    """Write a PNG file: median, minimum and maximum of each ratio, its limit, and a line at 1."""
    mpl.use("Agg")
    use_style()
    n = len(measurements[0].ratios)
    figure = Figure(figsize=(9, 1.6 + 0.14 * n * len(measurements)))
    axes = figure.add_subplot()
    for number in range(n):
        ratios = [each.ratios[number] for each in measurements]
        middles = [median(each.values) for each in ratios]
        below = [middle - min(each.values) for middle, each in zip(middles, ratios, strict=True)]
        above = [max(each.values) - middle for middle, each in zip(middles, ratios, strict=True)]
        places = [row + (number - (n - 1) / 2) * SHARE / n for row in range(len(measurements))]
        axes.errorbar(
            middles,
            places,
            xerr=(below, above),
            fmt=MARKERS[number % len(MARKERS)],
            color=COLOURS[number % len(COLOURS)],
            label=f"{ratios[0].ours} / {ratios[0].theirs}",
        )
        limits = [
            (each.limit, place)
            for each, place in zip(ratios, places, strict=True)
            if each.limit is not None
        ]
        axes.plot(
            [limit for limit, _ in limits],
            [place for _, place in limits],
            "|",
            color=COLOURS[number % len(COLOURS)],
            ms=11,
            mew=2,
        )
    for row in range(0, len(measurements), 2):
        axes.axhspan(row - 0.5, row + 0.5, color="black", alpha=0.04, lw=0)
    axes.set_yticks(
        range(len(measurements)),
        [each.workload.replace(each.network + " ", each.network + "\n") for each in measurements],
    )
    axes.set_ylim(len(measurements) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.axvline(1, color="black", lw=1, zorder=1)
    axes.set_xscale("log")
    axes.set_xlabel("seconds per epoch, ours / theirs: left of 1, ours is faster; | is the limit")
    images = sorted({each.images for each in measurements})
    axes.set_title(
        f"{machine.processor}, one core, {machine.blas_kernel}, {machine.date[:10]}\n"
        f"median, minimum and maximum of {len(measurements[0].ratios[0].values)} epochs of"
        f" {' or '.join(f'{each:,}' for each in images)} images"
    )
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    figure.legend(loc="outside lower center", ncols=3)
    figure.savefig(file, dpi=120)
