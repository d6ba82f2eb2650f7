"""The sources of results: an outputs folder, a sweep's folder, an MLflow store, exported files."""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.configuration import in_home
from experiments.errors import UserError
from experiments.recording import run_folder
from experiments.results import mlflow_store
from experiments.results.exported import is_exported, read_exported, write_exported
from experiments.results.frames import Loaded
from experiments.results.journals import containing_outputs, count_journals, load_journals
from experiments.results.kept_files import check_kept, identities_of

ADDRESS = re.compile(r"(sqlite|https?|file|uc):|databricks(-uc)?(:|$)")
"""The beginnings of addresses without `://`, such as `file:/mlruns`, which MLflow once had."""


def is_uri(source: Path | str) -> bool:
    """Return whether a source is the address of an MLflow store, and not a folder.

    It need not be a valid one. Only a folder that exists can have the name of an address.
    """
    if not isinstance(source, str):
        return False
    return "://" in source or (bool(ADDRESS.match(source)) and not Path(source).exists())


def is_outputs(source: Path | str) -> bool:
    """Return whether a source is an outputs folder, or the folder of a sweep in it."""
    return not is_uri(source) and not is_exported(Path(in_home(source)))


def load(source: Path | str, sweep: str | None = None) -> Loaded:
    """Return the results of a source, or those of one sweep. Raise UserError if there are none."""
    _check_words(source, sweep)
    source = in_home(source)
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


def _check_words(source: object, sweep: object) -> None:
    """Raise UserError unless the source is a text or a path, and the sweep a text or None."""
    if not isinstance(source, str | Path):
        raise UserError(f"{source!r}: write the folder or the address of the runs as a text")
    if sweep is not None and not isinstance(sweep, str):
        raise UserError(f"sweep={sweep!r}: write the id of a sweep as a text")


def count_runs(source: Path | str, sweep: str) -> tuple[int, int]:
    """Return the numbers of recorded runs of a sweep, and of its whole source.

    The source is an outputs folder or the address of an MLflow store.
    """
    source = in_home(source)
    if is_uri(source):
        return mlflow_store.count_runs(str(source), sweep)
    return count_journals(Path(source), sweep)


def files(source: Path | str, identity: str) -> Path:
    """Return a folder with `network.npz` and `weights/` of a run; it lacks what was not kept.

    The files of a run in MLflow are downloaded to a temporary folder.
    """
    source = in_home(source)
    if is_uri(source):
        return mlflow_store.download(str(source), identity)
    return run_folder(containing_outputs(Path(source)), identity)


def export(
    source: Path | str, folder: Path, *, sweep: str | None = None, networks: Sequence[str] = ()
) -> pd.DataFrame:
    """Write the results of a source to ``folder`` as Parquet files, and return its runs.

    ``networks`` are the identities, or their first characters, of runs whose network and
    first-layer weights are written, too. The paths of this machine are left out. Raise UserError if
    there are no runs, or if one of the networks was not kept or is damaged.
    """
    loaded = load(source, sweep)
    architectures = loaded.runs.set_index("identity")["architecture"]
    trained = {each: files(source, each) for each in identities_of(networks, loaded.runs, source)}
    for identity, place in trained.items():
        check_kept(place, str(architectures[identity]))
    write_exported(Path(in_home(folder)), loaded, trained)
    return loaded.runs
