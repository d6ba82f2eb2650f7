"""The figures of a replication."""

from pathlib import Path

import matplotlib.pyplot as plt
import measured

from experiments.configuration import preset
from experiments.replicating.figures import draw, figures, numbers
from experiments.replicating.measures import measure_neurons
from experiments.replicating.table import table

NEURON = "nielsen/saturated_neuron"
ROWS = table(
    measured.numbers(
        measured.number(preset="b/size", setting="epochs=3 train_size=100", published=94.0, case=0),
        measured.number(preset="b/size", setting="epochs=2 train_size=500", published=96.0, case=1),
        measured.number("test_curve/cost", published=0.1),
        measured.number("train/accuracy"),
        measured.number("validation/accuracy", published=94.0, values=(94.0,)),
        measure_neurons(NEURON, preset(NEURON)),
    )
)


def test_only_published_numbers_with_an_interval_are_shown() -> None:
    shown = numbers(ROWS)
    assert list(shown["label"]) == [
        "b/size epochs=3 train_size=100 test/accuracy, last epoch",
        "b/size epochs=2 train_size=500 test/accuracy, last epoch",
        "p test_curve/cost, last epoch",
    ]
    assert list(shown["accuracy"]) == [True, True, False]
    assert (shown["low"] < shown["mean"]).all()


def test_the_figures_follow_from_the_rows(tmp_path: Path) -> None:
    drawn = dict(figures(ROWS, {NEURON: preset(NEURON)}))
    assert list(drawn) == ["differences", "size", "saturated_neuron"]
    (points,) = (line for line in drawn["size"].axes[0].lines if line.get_marker() == "o")
    assert list(points.get_xdata()) == [100, 500]  # type: ignore[arg-type]
    assert list(points.get_ydata()) == [94, 96]  # type: ignore[arg-type]
    assert len(drawn["saturated_neuron"].axes[0].lines) == 4
    plt.close("all")
    draw(ROWS, {NEURON: preset(NEURON)}, tmp_path / "new", {})
    assert {path.name for path in (tmp_path / "new").iterdir()} == {f"{each}.png" for each in drawn}


def test_without_rows_there_are_no_figures() -> None:
    assert dict(figures([], {})) == {}
