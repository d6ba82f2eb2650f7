"""The figures of a replication."""

import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import plotting
from experiments.configuration import Preset
from experiments.replicating.run_figures import FIGURES, Trained, figures_of
from experiments.replicating.saturated_neuron import learn
from experiments.replicating.table import Row

LONGEST_SETTING = 36
"""The most characters of a setting in a label."""


def draw(
    rows: Sequence[Row],
    presets: Mapping[str, Preset],
    folder: Path,
    trained: Mapping[str, Trained | None],
) -> None:
    """Write a PNG file for each figure that the rows, and the runs of presets, can show."""
    folder.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context():
        mpl.use("agg")
        plotting.use_style()
        for name, figure in itertools.chain(figures(rows, presets), _of_runs(presets, trained)):
            figure.savefig(folder / f"{name}.png")
            plt.close(figure)


def figure_names(preset: str) -> list[str]:
    """Return the names that figures of a preset can have."""
    own = preset.rpartition("/")[2]
    return [own, *(f"{own}_{name}" for name in FIGURES)]


def figures(rows: Sequence[Row], presets: Mapping[str, Preset]) -> Iterator[tuple[str, Figure]]:
    """Yield the name of each figure that the rows can show, and the figure."""
    shown = numbers(rows)
    accuracies = shown[shown["accuracy"].astype(bool)]
    if len(accuracies):
        yield "differences", _of(plotting.published_differences(accuracies))
    for preset, own in accuracies.groupby("preset"):
        sized = own.assign(**{"training images": own["setting"].map(_train_size)})
        if sized["training images"].notna().all() and sized["training images"].nunique() > 1:
            name = str(preset).rpartition("/")[2]
            yield name, _of(plotting.published_curve(sized, "training images"))
    for name in dict.fromkeys(row.preset for row in rows):
        if name in presets and not presets[name].trains:
            yield name.rpartition("/")[2], _of(plotting.neuron_outputs(_outputs(presets[name])))


def _of_runs(
    presets: Mapping[str, Preset], trained: Mapping[str, Trained | None]
) -> Iterator[tuple[str, Figure]]:
    """Yield the figures of the runs of each preset, and their names."""
    for name, runs in trained.items():
        if runs is not None and name in presets:
            for figure, drawn in figures_of(presets[name].draw, runs):
                yield f"{name.rpartition('/')[2]}_{figure}", drawn


def numbers(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the published numbers that have an interval, as the plots take them."""
    columns = ["preset", "setting", "label", "accuracy", "published", "mean", "low", "high"]
    found = [
        {
            "preset": row.preset,
            "setting": row.setting,
            "label": " ".join(filter(None, [row.preset, _short(row.setting), row.number.words])),
            "accuracy": row.number.is_accuracy,
            "published": row.number.value,
            "mean": row.judgement.mean,
            "low": row.judgement.alone.low,
            "high": row.judgement.alone.high,
        }
        for row in rows
        if row.number.value is not None and row.judgement.alone is not None
    ]
    return pd.DataFrame(found, columns=columns)


def _short(setting: str) -> str:
    """Return the first words of a setting, so that the labels leave room for the figure."""
    return textwrap.shorten(setting, LONGEST_SETTING, placeholder=" ...")


def _train_size(setting: str) -> float | None:
    """Return the number of training images that a setting names."""
    found = re.search(r"\btrain_size=(\d+)", setting)
    return float(found[1]) if found else None


def _outputs(preset: Preset) -> pd.DataFrame:
    """Return the outputs of the neurons of a preset by epoch."""
    parts = []
    for case in preset.all_cases:
        if case.neuron is not None:
            learned = learn(case.neuron).outputs
            arm = f"{case.neuron.loss}, rate {case.neuron.learning_rate:g}, from {learned[0]:.2f}"
            parts.append(pd.DataFrame({"arm": arm, "epoch": range(len(learned)), "value": learned}))
    return pd.concat(parts, ignore_index=True)


def _of(axes: Axes) -> Figure:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)  # noqa: S101 - for mypy
    return figure
