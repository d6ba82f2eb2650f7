"""The figures of the runs of a preset, beside the numbers: their curves, errors and weights."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import plotting
from experiments.comparison import ARM
from experiments.errors import UserError
from experiments.results import CERTIFICATE, first_layer

INITIAL_NORM = f"{CERTIFICATE}error_norm/"
"""The beginning of the columns of runs that hold the norm of an initial layer's mean error."""


@dataclass(frozen=True)
class Trained:
    """The runs of a preset: frames as from `runs` and `history`, and the setting of each run."""

    outputs: Path
    runs: pd.DataFrame
    epochs: pd.DataFrame
    settings: Mapping[str, str]  # by identity

    @property
    def first_of_each_setting(self) -> dict[str, pd.Series]:
        """The run with the lowest seed of each setting, which has a name."""
        arms = self.runs["identity"].map(self.settings)
        ordered = self.runs.assign(**{ARM: arms}).sort_values("seed", kind="stable")
        return {str(arm): own.iloc[0] for arm, own in ordered.groupby(ARM, sort=False)}


def figures_of(names: Sequence[str], trained: Trained) -> Iterator[tuple[str, Figure]]:
    """Yield the name of each of these figures of a preset, and the figure.

    One for which the runs have not recorded enough is left out.
    """
    for name in names:
        try:
            yield name, FIGURES[name](trained)
        except UserError:
            continue


def curves(trained: Trained) -> Figure:
    """Draw accuracy and cost over the epochs, on the training images and on the test images."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 3.2))
    history = trained.epochs.assign(**{ARM: trained.epochs["identity"].map(trained.settings)})
    plotting.learning_curves(history, "accuracy", axes=left)
    plotting.learning_curves(history, "cost", axes=right)
    return figure


def error_norms(trained: Trained) -> Figure:
    """Draw the norm of the mean error of each layer over the epochs, one panel per setting.

    Epoch 0 is the initial network.
    """
    history = pd.concat([_initial_norms(trained.runs), trained.epochs], ignore_index=True)
    arms = list(dict.fromkeys(trained.settings.values()))
    figure, grid = plt.subplots(1, len(arms), figsize=(3.6 * len(arms), 3.2), squeeze=False)
    for axes, arm in zip(grid.flat, arms, strict=True):
        own = [identity for identity, each in trained.settings.items() if each == arm]
        shown = history[history["identity"].isin(own)].assign(**{ARM: arm})
        plotting.error_norms(shown, axes=axes)
        axes.set_title(plotting.fitted(arm, 3.6))
    _move_legend_below(figure, grid.flat)
    return figure


def _move_legend_below(figure: Figure, panels: Iterable[Axes]) -> None:
    """Replace the legends of panels by one below them: that of the panel with the most layers.

    Its entry for the setting is left out, which is the title of each panel.
    """
    found = [legend for axes in panels if (legend := axes.get_legend())]
    if not found:
        return
    most = max(found, key=lambda legend: len(legend.get_texts()))
    labels = [text.get_text() for text in most.get_texts()]
    handles = [each for each in most.legend_handles if each is not None]
    for legend in found:
        legend.remove()
    figure.legend(handles[1:], labels[1:], loc="outside lower center", ncols=len(labels) - 1)


def _initial_norms(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the norms of the initial networks as the frame of a history has those of an epoch."""
    norms = {key: key.removeprefix(CERTIFICATE) for key in runs if key.startswith(INITIAL_NORM)}
    initial = runs[["identity", *norms]].rename(columns=norms)
    known = initial.melt("identity", norms.values(), "metric", "value")
    return known.assign(epoch=0).dropna()


def weights(trained: Trained) -> Figure:
    """Draw the distribution of the first-layer weights at first and at last, for each setting."""
    runs = trained.first_of_each_setting
    figure, grid = plt.subplots(1, len(runs), figsize=(4.8 * len(runs), 3.2), squeeze=False)
    for axes, (setting, run) in zip(grid.flat, runs.items(), strict=True):
        recorded = first_layer(trained.outputs, run)
        ends = {f"epoch {epoch}": recorded[epoch] for epoch in (min(recorded), max(recorded))}
        plotting.weight_distribution(ends, axes=axes)
        axes.set_title(plotting.fitted(setting, 4.8))
    return figure


def strokes(trained: Trained) -> Figure:
    """Draw the weights into the first hidden neurons of one run after some epochs."""
    setting, run = next(iter(trained.first_of_each_setting.items()))
    of = f"{setting} seed={run['seed']}".strip()
    return plotting.first_layer_weights(first_layer(trained.outputs, run), of=of)


FIGURES: Mapping[str, Callable[[Trained], Figure]] = {
    "strokes": strokes,
    "weights": weights,
    "curves": curves,
    "error_norms": error_norms,
}
"""The figures by their names in a preset."""
