"""Plots of runs without an epoch, and of no runs at all: a sentence says what is missing."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import drawn
import frames
import pandas as pd
import pytest
import records
from drawn import CURVES, history
from matplotlib.figure import Figure

from experiments import comparison, plotting, results
from experiments.recording import Status

NO_EPOCH = "No run has finished an epoch."


def sentences(drawing: Any) -> list[str]:
    """Return the sentences in a plot, in panels or in a figure."""
    if isinstance(drawing, Figure):
        drawing.canvas.draw()
        return [text.get_text() for text in drawing.texts if text.get_text().endswith(".")]
    parts = drawing if isinstance(drawing, list) else [drawing]
    for axes in parts:
        axes.figure.canvas.draw()
        assert axes.get_title()
    return [text for axes in parts for text in drawn.texts(axes) if text.endswith(".")]


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """A folder with runs of two losses that diverged in their first epoch."""
    for number, loss in enumerate(("ce", "ce", "mse", "mse")):
        start = frames.start(f"loss={loss}", f"seed={number % 2}")
        records.write_run(tmp_path, f"{number}" * 16, start, records.end(Status.DIVERGED))
    return tmp_path


def of_a_history(frame: pd.DataFrame) -> Mapping[str, Callable[[], Any]]:
    """Return the plots of a history, each on its own and in panels."""
    arrivals = results.arrivals(frame)
    calls: dict[str, tuple[Any, ...]] = {
        "learning_curves": (frame, plotting.learning_curves, "accuracy"),
        "cost": (frame, plotting.learning_curves, "cost"),
        "output_error": (frame, plotting.output_error),
        "saturation": (frame, plotting.saturation),
        "time_to_accuracy": (arrivals, plotting.time_to_accuracy, "seconds"),
    }
    alone = {name: lambda c=call: c[1](c[0], *c[2:]) for name, call in calls.items()}
    in_panels = {
        f"panels of {name}": lambda c=call: plotting.panels(c[0], "condition", *c[1:])
        for name, call in calls.items()
    }
    return alone | in_panels


def test_plots_of_runs_without_an_epoch_say_so(outputs: Path) -> None:
    frame = comparison.named(results.history(outputs), "loss")
    for name, draw in of_a_history(frame).items():
        assert sentences(draw()) == [NO_EPOCH], name


def test_plots_of_metrics_that_were_not_recorded_say_so() -> None:
    for draw in (plotting.output_error, plotting.saturation):
        assert sentences(draw(history(CURVES))) == ["No run has recorded these metrics."]
    assert sentences(plotting.learning_curves(history(CURVES), "accuracy")) == []


def test_plots_of_runs_that_all_diverged_say_that_none_has_finished(outputs: Path) -> None:
    runs = comparison.named(results.runs(outputs), "loss")
    by_rate = plotting.panels(runs, "condition", plotting.accuracy_by_rate)
    assert sentences(by_rate) == ["No run has finished."]
    compared = comparison.compare(runs, "loss")
    expected = ["There is no seed on which both arms have finished."]
    assert sentences(plotting.paired_differences(compared)) == expected


NO_PREDICTIONS = pd.DataFrame(
    {"label": [], "predicted": [], "correct": pd.Series([], dtype=bool), "output_of_label": []}
)


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: plotting.superiority(pd.DataFrame()), "No run has finished or diverged."),
        (lambda: plotting.confusion(NO_PREDICTIONS), "There are no predictions."),
        (
            lambda: plotting.worst_classified(results.Predictions(NO_PREDICTIONS, [])),
            "No image is classified wrongly.",
        ),
        (lambda: plotting.first_layer_weights({}), "No weights have been recorded."),
    ],
)
def test_other_plots_without_rows_say_what_is_missing(
    draw: Callable[[], Any], sentence: str
) -> None:
    assert sentences(draw()) == [sentence]


def test_no_runs_are_made_by_no_commands(outputs: Path) -> None:
    shown = plotting.made_from(results.runs(outputs)[:0])
    assert repr(shown).startswith("0 runs made by 0 commands")
