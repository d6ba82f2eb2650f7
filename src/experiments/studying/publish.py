"""The results of a study as files: the verdicts as a table, and the figures."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import plotting
from experiments.comparison import FORMATS, Comparison, named, superiority, without_tuned
from experiments.recording import Status
from experiments.studying.conduct import Outcome
from experiments.studying.printing import edge_sentences, tuned_rows
from experiments.studying.study import Study

VERDICTS, TUNING = "verdicts", "tuning"


def publish(study: Study, outcome: Outcome, folder: Path, *, openings: str) -> None:
    """Write the tables and figures of a study to a folder, which is created.

    ``openings`` is the sentence about how often the test set was opened. Raise OSError if the
    folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _texts(study, outcome, openings):
        (folder / name).write_text(text, encoding="utf-8")
    with mpl.rc_context():
        mpl.use("agg")
        plotting.use_style()
        for name, figure in _figures(study, outcome):
            figure.savefig(folder / f"{name}.png")
            plt.close(figure)


def _texts(study: Study, outcome: Outcome, openings: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each text file, and the text."""
    title = f"{study.name} ({study.budget})"
    columns = ["block", "arm", *study.tune, "validation", "points", "epochs"]
    tuned = pd.DataFrame(tuned_rows(outcome.searches), columns=columns)
    table = tuned.to_markdown(index=False, disable_numparse=True)
    sentences = edge_sentences(study, outcome.searches)
    yield f"{TUNING}.md", _text(f"# Tuning: {title}", table, *sentences)
    yield f"{TUNING}.csv", tuned.to_csv(index=False)
    if outcome.confirmed is not None:
        comparison = outcome.confirmed.comparison
        verdicts = FORMATS["md"](comparison).strip()
        yield f"{VERDICTS}.md", _text(f"# Verdicts: {title}", openings, verdicts)
        yield f"{VERDICTS}.csv", FORMATS["csv"](comparison)


def _text(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def _figures(study: Study, outcome: Outcome) -> Iterator[tuple[str, Figure]]:
    """Yield the name of each figure, and the figure."""
    for number, (name, axis) in enumerate(study.tune.items()):
        shown = _tuning_runs(study, outcome, number)
        if shown.empty:  # Optuna's points lie on no line
            continue
        drawn = plotting.panels(
            shown, "condition", plotting.tuning_curves, name, axis.scale, axis.ends, axis.limits
        )
        yield f"tuning_{name.rpartition('.')[2]}", _figure_of(drawn[0])
    if outcome.confirmed is None:
        return
    comparison = outcome.confirmed.comparison
    yield "paired_differences", _figure_of(plotting.paired_differences(comparison))
    yield "rounds", _rounds(outcome.confirmed.rounds)
    matrix = superiority(comparison.tuned, [study.compared], metric=comparison.metric)
    yield "superiority", _figure_of(plotting.superiority(matrix))


def _figure_of(axes: Axes) -> Figure:
    figure = axes.get_figure()
    assert isinstance(figure, Figure)  # noqa: S101 - for mypy
    return figure


def _rounds(rounds: list[Comparison]) -> Figure:
    """Return a figure with a panel for each row of the comparisons."""
    n = len(rounds[-1].rows)
    columns = min(2, n)
    figure, grid = plt.subplots(
        -(-n // columns), columns, figsize=(4.8 * columns, 3.0 * -(-n // columns)), squeeze=False
    )
    for row, axes in enumerate(grid.flat):
        if row < n:
            plotting.narrowing_intervals(rounds, row, axes=axes)
        else:
            axes.remove()
    title = "Difference on validation after each round (shaded: a tie)"
    figure.suptitle(plotting.fitted(title, figure.get_figwidth()), weight="bold")
    return figure


def _tuning_runs(study: Study, outcome: Outcome, number: int) -> pd.DataFrame:
    """Return the tuning runs that finished, along one axis through the chosen values."""
    searches = outcome.searches.values()
    line = {run for search in searches for trial in search.line(number) for run in trial.runs}
    chosen = {run for search in searches for run in search.trials[search.best].runs}
    runs = outcome.runs[outcome.runs["identity"].isin(line)]
    finished = runs[runs["status"] == Status.FINISHED.value]
    shown = named(without_tuned(finished, study.recorded), study.compared)
    tried = finished.set_index("identity")[list(study.tune)].loc[shown["identity"]]
    return shown.assign(chosen=shown["identity"].isin(chosen), **tried.reset_index(drop=True))
