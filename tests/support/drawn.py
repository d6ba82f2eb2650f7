"""Reading plots back: the lines, bands, legends and texts that matplotlib has drawn."""

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
from scipy import stats

from experiments import plotting

Numbers = npt.NDArray[np.float64]
Values = Mapping[tuple[str, str], Sequence[Sequence[float]]]
"""For each arm and metric, a list over seeds of lists over epochs."""

CE = [[0.70, 0.80, 0.85], [0.72, 0.78, 0.88], [0.74, 0.85, 0.91]]
MSE = [[0.60, 0.70, 0.75], [0.58, 0.66, 0.79], [0.50, 0.60, 0.71]]
CURVES: Values = {
    ("ce", "validation/accuracy"): CE,
    ("ce", "train/accuracy"): [[0.75, 0.85, 0.9]],
    ("mse", "validation/accuracy"): MSE,
    ("mse", "train/accuracy"): [[0.65, 0.75, 0.8]],
}


@contextmanager
def without_screen() -> Iterator[None]:
    """Draw in the style of this project without a window, and close all figures afterwards."""
    with plt.rc_context():
        mpl.use("agg")
        plotting.use_style()
        yield
        plt.close("all")


def history(values: Values, condition: str = "784-30-10") -> pd.DataFrame:
    """Return a history with the columns that plots use."""
    rows = [
        {
            "identity": f"{condition} {arm} {seed}",
            "condition": condition,
            "arm": arm,
            "epoch": epoch,
            "metric": metric,
            "value": value,
        }
        for (arm, metric), of_seeds in values.items()
        for seed, of_epochs in enumerate(of_seeds)
        for epoch, value in enumerate(of_epochs, 1)
    ]
    return pd.DataFrame(rows)


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
    """Return the bands of a colour, each as rows of x, low and high."""
    found = []
    for band in axes.collections:
        assert isinstance(band, FillBetweenPolyCollection)
        if band.get_paths() and same_color(band.get_facecolor()[0][:3], colour):
            x, y = np.asarray(band.get_paths()[0].vertices).T
            rows = [(at, y[x == at].min(), y[x == at].max()) for at in np.unique(x)]
            found.append(np.array(rows))
    return found


def legend(axes: Axes) -> dict[str, Line2D]:
    """Return the lines of a legend by their label."""
    shown = axes.get_legend()
    assert shown is not None
    labels = [text.get_text() for text in shown.get_texts()]
    return dict(zip(labels, shown.legend_handles, strict=True))  # type: ignore[arg-type]


def texts(axes: Axes) -> list[str]:
    """Return the texts inside the axes."""
    return [text.get_text() for text in axes.texts]


def student_interval(sample: Sequence[float]) -> tuple[float, float]:
    """Return Student's 95 % interval of the mean."""
    low, high = stats.t(len(sample) - 1, np.mean(sample), stats.sem(sample)).interval(0.95)
    return float(low), float(high)
