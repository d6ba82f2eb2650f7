"""The facts about the runs: how many, of what, when, where, how long, and what is missing."""

import pandas as pd

from experiments.comparison import missing_runs, status_counts
from experiments.recording import Status
from experiments.report.blocks import Table
from experiments.report.origin import Origin
from experiments.report.subject import Subject
from experiments.report.words import count, listed, span


def facts(subject: Subject, known: Origin) -> Table:
    """Return a table of facts. What is unknown has no row."""
    runs = subject.runs
    newest = " (newest run)" if len(runs) > 1 else ""
    rows = [
        ["Runs", f"{len(runs):,} ({status_counts(runs)})"],
        ["Seeds", f"{subject.seeds}: {_numbers(runs['seed'])}"],
        ["Epochs", _epochs(runs)],
        ["Data", _data(runs, known)],
        ["Networks", listed(sorted(map(str, runs["architecture"].unique())))],
        ["When", _when(runs)],
        ["Time", _time(runs)],
        [f"Machine{newest}", known.machine],
        [f"Versions{newest}", known.versions],
        ["Sweep", f"{subject.sweep.id}" if subject.sweep else ""],
    ]
    return Table("What was run", ["fact", "value"], [row for row in rows if row[1]], wraps=True)


def problems(subject: Subject) -> list[str]:
    """Return sentences about runs that are missing, failed, diverged or interrupted."""
    runs, sweep = subject.runs, subject.sweep
    found = [missing_runs(runs, sweep)] if missing_runs(runs, sweep) else []
    for status, part in runs.groupby(runs["status"].astype(str)):
        if status != Status.FINISHED.value:
            names = listed([str(name) for name in part["name"]], most=5)
            found.append(f"{count(len(part), 'run')} {_is(status, len(part))}: {names}.")
    return found


def _is(status: object, n: int) -> str:
    """Return a status as a verb in a sentence."""
    if status in (Status.DIVERGED.value, Status.FAILED.value):
        return str(status)
    return f"{'is' if n == 1 else 'are'} {status}"


def _numbers(column: pd.Series) -> str:
    """Return whole numbers as a list, or as a range if they are successive."""
    values = sorted({int(value) for value in column})
    if len(values) > 2 and values == list(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]}"
    return listed([str(value) for value in values])


def _epochs(runs: pd.DataFrame) -> str:
    """Return the numbers of epochs, and those of the runs that a schedule has ended earlier."""
    asked = _numbers(runs["epochs"])
    finished = runs[runs["status"] == Status.FINISHED.value]
    ended = finished.loc[finished["epochs_done"] < finished["epochs"], "epochs_done"]
    if ended.empty:
        return asked
    least, most = ended.min(), ended.max()
    done = f"{most}" if least == most else f"{least} to {most}"
    return f"at most {asked}; {count(len(ended), 'run')} ended by the schedule after {done}"


def _data(runs: pd.DataFrame, known: Origin) -> str:
    """Return the data sets, with the numbers of images if all runs have the same."""
    names = listed(sorted(map(str, runs["dataset"].unique())))
    cuts = ["data", "dataset.train_size", "dataset.validation_size"]
    same = all(runs[each].nunique(dropna=False) == 1 for each in cuts if each in runs)
    return f"{names}: {known.images} images" if same and known.images else names


def _when(runs: pd.DataFrame) -> str:
    first, last = (
        f"{each:%Y-%m-%d %H:%M} UTC" for each in (runs["started"].min(), runs["started"].max())
    )
    return f"started {first}" if first == last else f"started {first} to {last}"


def _time(runs: pd.DataFrame) -> str:
    known = runs["run_seconds"].dropna()
    return f"{span(float(known.sum()))} of work in {count(len(known), 'run')}" if len(known) else ""
