"""`runs` and `history`: the runs of a source and their metrics, as tidy frames.

All sources give the same columns. Runs that failed, diverged or were interrupted are rows, too.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd

from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.recording import run_folder
from experiments.results.frames import Loaded, options
from experiments.results.journals import load_runs
from experiments.results.sources import load


def runs(source: Path | str, *, sweep: str | None = None, **where: object) -> pd.DataFrame:
    """Return one row per run, in the order of their starts.

    ``source`` is an outputs folder, the folder of a sweep, the address of an MLflow store, or a
    folder that `export` has written. ``sweep`` is the id of a sweep. ``where`` selects rows by the
    value of a column; write two underscores for a dot: `optimizer__beta1=0.9`, `status="finished"`.

    The columns are `identity`, `name`, `status`, the choice in each group of conf/, all options,
    the metrics of the last epoch and of the test set, `best_epoch/validation/accuracy`,
    `certificate/error` (the largest relative error of a layer's gradient) and
    `certificate/error_norm/<layer>` (of the initial network),
    `test/correct` and `best_epoch/test/correct` (bytes, which `correct_images` decodes; None if
    unknown), `epochs_done`, `run_seconds` (in MLflow with the pauses of a resumed run), `started`,
    `data` (SHA-256), `outputs` (the folder of the record) and `message` (why the run did not
    finish).

    A run whose journal is damaged is left out, with a `LeftOutWarning`. Raise UserError if no run
    is selected.
    """
    return _selected(source, load(source, sweep), where)


def history(
    source: Path | str,
    *,
    metrics: Sequence[str] | None = None,
    sweep: str | None = None,
    **where: object,
) -> pd.DataFrame:
    """Return one row per run, epoch and metric, of the runs that `runs` returns.

    The columns are `identity`, `name`, `status`, `data`, the choices, options and seed of the run,
    and `epoch`, `metric` and `value`. ``metrics`` are the names of the metrics; all by default.
    """
    loaded = load(source, sweep)
    frame = _selected(source, loaded, where)
    known = list(loaded.epochs.columns[2:])
    unknown = [name for name in metrics or () if name not in known]
    if unknown:
        raise UserError(
            f"{source}: {', '.join(unknown)}: no such metrics; there are {', '.join(known)}"
        )
    return _long(
        frame, loaded.epochs, [name for name in known if metrics is None or name in metrics]
    )


def recorded(
    outputs: Path, identities: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """Return the frames of `runs` and `history` for the runs with these identities.

    Only their journals are read, however many there are in the outputs folder. Return None if none
    of the runs is recorded. Damaged journals are treated as by `runs`.
    """
    loaded = load_runs(run_folder(outputs, identity) for identity in sorted(identities))
    if loaded is None:
        return None
    frame = _selected(outputs, loaded, {})
    return frame, _long(frame, loaded.epochs, list(loaded.epochs.columns[2:]))


def _long(runs: pd.DataFrame, epochs: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    """Return one row per run, epoch and metric, with the options of the run."""
    long = epochs.melt(["identity", "epoch"], metrics, "metric", "value")
    long = long.dropna(subset="value")
    long["metric"] = long["metric"].astype("category")
    described = ["identity", "name", "status", "data", *GROUPS, *options(runs), "seed"]
    return runs[list(dict.fromkeys(described))].merge(long, on="identity", how="inner")


def _selected(source: Path | str, loaded: Loaded, where: Mapping[str, object]) -> pd.DataFrame:
    """Return the runs that have the values of ``where``, in the order of their starts."""
    frame = loaded.runs.sort_values(["started", "identity"], ignore_index=True)
    n_runs = len(frame)
    for key, value in where.items():
        column = key.replace("__", ".")
        if column not in frame:
            raise UserError(f"{column}: no such column; there are {', '.join(frame)}")
        frame = frame[frame[column] == value]
    if frame.empty:
        conditions = ", ".join(f"{key.replace('__', '.')}={value}" for key, value in where.items())
        raise UserError(f"{source}: none of {n_runs} runs has {conditions}")
    return frame.reset_index(drop=True)
