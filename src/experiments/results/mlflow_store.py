"""Results from an MLflow store. MLflow is imported when a store is read, not before."""

from __future__ import annotations

import ast
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.recording import outputs_of
from experiments.results.frames import Loaded, RunRow, no_epochs
from experiments.tracking import check_answers

if TYPE_CHECKING:
    from experiments.mirror import TrackedRun


def load_store(uri: str, sweep: str | None) -> Loaded:
    """Return the results in a store, or those of one sweep.

    If several runs have one identity, the newest is used. Raise UserError if there are no runs.
    """
    check_answers(uri)
    from experiments.mirror import deleted_with_runs, epoch_metrics, find_runs  # imports MLflow

    found = [run for run in find_runs(uri) if sweep is None or sweep in run.sweeps]
    if not found:
        part = "" if sweep is None else f" as part of sweep {sweep}"
        raise UserError(f"{uri}: no runs are tracked there{part}{deleted_with_runs(uri)}")
    newest = {run.identity: run for run in reversed(found)}
    identities = {run.id: run.identity for run in newest.values()}
    values = pd.DataFrame(
        epoch_metrics(uri, list(identities)), columns=["run", "metric", "epoch", "value"]
    )
    values["identity"] = values["run"].map(identities)
    return Loaded.of([row_of(run) for run in newest.values()], wide(values))


def count_runs(uri: str, sweep: str) -> tuple[int, int]:
    """Return the numbers of runs of a sweep and of its store; runs of one identity count once."""
    check_answers(uri)
    from experiments.mirror import find_runs  # imports MLflow

    found = find_runs(uri)
    swept = {run.identity for run in found if sweep in run.sweeps}
    return len(swept), len({run.identity for run in found})


def download(uri: str, identity: str) -> Path:
    """Return a folder with the network and the first-layer weights of a run.

    It lacks what was not kept, and is deleted when this process ends. Raise UserError if the store
    has no such run.
    """
    return Path(_downloaded(uri, identity).name)


def row_of(run: TrackedRun) -> RunRow:
    """Return the row of a tracked run."""
    folder = Path(run.folder)
    return RunRow(
        identity=run.identity,
        name=run.name,
        status=run.status,
        started=run.started,
        run_seconds=None if run.ended is None else run.ended - run.started,
        data=run.data,
        outputs=str(outputs_of(folder)) if run.folder and folder.exists() else None,
        message=run.message,
        parameters={name: parameter(name, text) for name, text in run.parameters.items()},
        certificate=run.certificate,
        end_metrics=run.end_metrics,
        correct_images=run.correct_images,
    )


def parameter(name: str, text: str) -> Any:
    """Return the value of a parameter, which MLflow stores as text."""
    if name in GROUPS:
        return text
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


@lru_cache(maxsize=64)
def _downloaded(uri: str, identity: str) -> tempfile.TemporaryDirectory[str]:
    check_answers(uri)
    from experiments.mirror import download_files  # imports MLflow

    folder = tempfile.TemporaryDirectory(prefix="weights-", ignore_cleanup_errors=True)
    try:
        download_files(uri, identity, Path(folder.name))
    except BaseException:
        folder.cleanup()
        raise
    return folder


def wide(values: pd.DataFrame) -> pd.DataFrame:
    """Return one row per run and epoch, with one column per metric."""
    if values.empty:
        return no_epochs()
    wide = values.pivot_table("value", ["identity", "epoch"], "metric", observed=True)
    return wide.reset_index().rename_axis(columns=None)
