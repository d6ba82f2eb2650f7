"""The style of all plots: sizes, the colour of each arm, axes of epochs, costs and percentages."""

import textwrap
from collections.abc import Iterable, Mapping

import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, PercentFormatter

from experiments.comparison import ARM
from experiments.errors import UserError
from experiments.palette import COLOURS

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
PANEL = (4.8, 3.0)
"""Width and height of a panel, in inches."""


TITLE_CHARACTERS = 8
"""Characters of a title that fit into an inch."""
LABEL_CHARACTERS = 11
"""Characters of a label that fit into an inch."""


def use_style() -> None:
    """Draw all following plots in the style of this project."""
    sns.set_theme(style="ticks", palette=COLOURS, rc=STYLE)


def arm_colours(frame: pd.DataFrame) -> dict[str, str]:
    """Return the colour of each arm of a frame; of all its categories if `arm` is categorical.

    Raise UserError if there are more arms than colours.
    """
    if ARM not in frame:
        return {"": COLOURS[0]}
    column = frame[ARM]
    is_categorical = isinstance(column.dtype, pd.CategoricalDtype)
    arms = list(column.cat.categories) if is_categorical else sorted(column.unique())
    if len(arms) > len(COLOURS):
        raise UserError(
            f"{len(arms)} arms are too many for one plot, which has {len(COLOURS)} colours;"
            " plot fewer arms at once"
        )
    return dict(zip(arms, COLOURS, strict=False))


def colour_keys(colours: Mapping[str, str]) -> list[Line2D]:
    """Return a legend's entries for the colours of arms."""
    return [Line2D([], [], color=colour, label=arm, lw=3) for arm, colour in colours.items()]


def fitted(title: str, inches: float) -> str:
    """Return a title in as many lines as it needs above a width."""
    return "\n".join(textwrap.wrap(title, max(1, int(TITLE_CHARACTERS * inches))))


def fitted_beside(title: str, labels: Iterable[str], axes: Axes) -> str:
    """Return a title in as many lines as it needs above axes with these labels at their left."""
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101 - for mypy
    used = max(map(len, labels), default=0) / LABEL_CHARACTERS
    return fitted(title, figure.get_figwidth() - used)


def epoch_axis(axes: Axes) -> None:
    """Label the x axis with whole epochs."""
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))


def percent_axis(axes: Axes) -> None:
    """Label the y axis, which holds fractions, in percent."""
    axes.yaxis.set_major_formatter(PercentFormatter(xmax=1))


def write_sentence(axes: Axes, sentence: str) -> None:
    """Write a sentence into the middle of a plot that has nothing to show."""
    axes.text(0.5, 0.5, sentence, transform=axes.transAxes, ha="center", va="center", wrap=True)


def write_if_nothing_recorded(axes: Axes, shown: pd.DataFrame, history: pd.DataFrame) -> None:
    """Write why a plot of a history shows nothing, if none of its rows is ``shown``."""
    if history.empty:
        write_sentence(axes, "No run has finished an epoch.")
    elif shown.empty:
        write_sentence(axes, "No run has recorded these metrics.")


def logarithmic_axis(axes: Axes) -> None:
    """Make the y axis logarithmic, with plain numbers at 1, 2 and 5 times powers of ten."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())
