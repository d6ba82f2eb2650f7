"""The sources of results: an outputs folder, a sweep's folder, an MLflow store, exported files."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.errors import UserError
from experiments.recording import NETWORK, run_folder
from experiments.results import mlflow_store
from experiments.results.exported import is_exported, read_exported, write_exported
from experiments.results.frames import Loaded
from experiments.results.journals import containing_outputs, count_journals, load_journals


def is_uri(source: Path | str) -> bool:
    """Return whether a source is the address of an MLflow store, and not a folder."""
    return isinstance(source, str) and "://" in source


def load(source: Path | str, sweep: str | None = None) -> Loaded:
    """Return the results of a source, or those of one sweep. Raise UserError if there are none."""
    if is_uri(source):
        return mlflow_store.load_store(str(source), sweep)
    folder = Path(source)
    if not is_exported(folder):
        return load_journals(folder, sweep)
    if sweep is not None:
        raise UserError(
            f"{folder}: exported results do not say which runs belong to sweep {sweep};"
            " read them without a sweep"
        )
    return read_exported(folder)


def count_runs(source: Path | str, sweep: str) -> tuple[int, int]:
    """Return the numbers of recorded runs of a sweep, and of its whole source.

    The source is an outputs folder or the address of an MLflow store.
    """
    if is_uri(source):
        return mlflow_store.count_runs(str(source), sweep)
    return count_journals(Path(source), sweep)


def files(source: Path | str, identity: str) -> Path:
    """Return a folder with `network.npz` and `weights/` of a run; it lacks what was not kept.

    The files of a run in MLflow are downloaded to a temporary folder.
    """
    if is_uri(source):
        return mlflow_store.download(str(source), identity)
    return run_folder(containing_outputs(Path(source)), identity)


def export(
    source: Path | str, folder: Path, *, sweep: str | None = None, networks: Sequence[str] = ()
) -> pd.DataFrame:
    """Write the results of a source to ``folder`` as Parquet files, and return its runs.

    ``networks`` are the identities of runs whose network and first-layer weights are written, too.
    The paths of this machine are left out. Raise UserError if there are no runs, or if one of the
    networks was not kept.
    """
    loaded = load(source, sweep)
    trained = {identity: files(source, identity) for identity in networks}
    missing = [str(place / NETWORK) for place in trained.values() if not (place / NETWORK).exists()]
    if missing:
        raise UserError(f"{', '.join(missing)}: no such network has been kept")
    write_exported(folder, loaded, trained)
    return loaded.runs
