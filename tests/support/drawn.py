"""Reading back what a plot shows: from the lines, bands and words that matplotlib has drawn."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import same_color
from matplotlib.lines import Line2D

from experiments.plotting import plots

Numbers = npt.NDArray[np.float64]
Values = Mapping[tuple[str, str], Sequence[Sequence[float]]]
"""By arm and metric, a list of values by epoch for each seed."""

CE = [[0.70, 0.80, 0.85], [0.72, 0.78, 0.88], [0.74, 0.85, 0.91]]
MSE = [[0.60, 0.70, 0.75], [0.58, 0.66, 0.79], [0.50, 0.60, 0.71]]
CURVES: Values = {
    ("ce", "validation/accuracy"): CE,
    ("ce", "train/accuracy"): [[0.75, 0.85, 0.9]],
    ("mse", "validation/accuracy"): MSE,
    ("mse", "train/accuracy"): [[0.65, 0.75, 0.8]],
}


@contextmanager
def without_a_screen() -> Iterator[None]:
    """Draw in this project's style meanwhile, and close all figures."""
    with plt.rc_context():
        mpl.use("agg")
        plots.use_style()
        yield
        plt.close("all")


def history(values: Values, network: str = "784-30-10") -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"identity": f"{network} {arm} {seed}", "network": network, "arm": arm,
             "epoch": epoch, "metric": metric, "value": value}
            for (arm, metric), of_seeds in values.items()
            for seed, of_epochs in enumerate(of_seeds)
            for epoch, value in enumerate(of_epochs, 1)
        ]
    )  # fmt: skip


def line(axes: Axes, colour: str, style: str = "-") -> Line2D:
    """Return the only line of a colour and style that has points."""
    found = [
        each
        for each in axes.lines
        if same_color(each.get_color(), colour)
        and each.get_linestyle() == style
        and len(each.get_xdata())
    ]
    assert len(found) == 1, f"{len(found)} lines are {colour} and {style}"
    return found[0]


def bands(axes: Axes, colour: str) -> list[Numbers]:
    """Return the bands of a colour: (x, low, high) for each point."""
    found = []
    for band in axes.collections:
        assert isinstance(band, FillBetweenPolyCollection)
        if band.get_paths() and same_color(band.get_facecolor()[0][:3], colour):
            xy = band.get_paths()[0].vertices
            xs = sorted(set(xy[:, 0]))
            found.append(
                np.array([(x, *(f(xy[xy[:, 0] == x, 1]) for f in (np.min, np.max))) for x in xs])
            )
    return found


def legend(axes: Axes) -> dict[str, Line2D]:
    shown = axes.get_legend()
    assert shown is not None
    words = [text.get_text() for text in shown.get_texts()]
    return dict(zip(words, shown.legend_handles, strict=True))  # type: ignore[arg-type]


def words(axes: Axes) -> list[str]:
    """Return what is written inside of axes."""
    return [text.get_text() for text in axes.texts]
