"""The files of exported results: two in Parquet, and the networks of some runs."""

import math
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from experiments.configuration import experiments_command
from experiments.errors import UserError
from experiments.recording import NETWORK, WEIGHTS, check_is_file, run_folder, weight_files
from experiments.results.frames import OUTPUTS, ROOT, Loaded, with_end_columns

RUNS_FILE = "runs.parquet"
EPOCHS_FILE = "epochs.parquet"


def is_exported(folder: Path) -> bool:
    """Return whether ``folder`` holds exported results."""
    return (folder / RUNS_FILE).exists()


def read_exported(folder: Path) -> Loaded:
    """Return the exported results in a folder. Raise UserError if they cannot be read."""
    check_is_file(folder / RUNS_FILE)
    check_is_file(folder / EPOCHS_FILE)
    try:
        runs = with_end_columns(pd.read_parquet(folder / RUNS_FILE))
        return Loaded(runs, pd.read_parquet(folder / EPOCHS_FILE))
    except (OSError, ValueError) as error:  # the errors of Arrow are subclasses of these
        raise UserError(
            f"{folder}: the files {RUNS_FILE} and {EPOCHS_FILE} cannot be read: {error};"
            f" write them again with `{experiments_command('export', str(folder))}`"
        ) from None


def _check_target(folder: Path) -> None:
    """Raise UserError unless a folder is missing, empty, or holds exported results."""
    if folder.is_symlink() and not folder.exists():
        raise UserError(f"{folder}: this link leads nowhere; name an empty or a new folder")
    for place in (folder, *folder.parents):
        if place.exists() and not place.is_dir():
            what = "this" if place == folder else str(place)
            raise UserError(f"{folder}: {what} is a file; name an empty or a new folder")
    if not folder.exists() or is_exported(folder):
        return
    others = sorted(each.name for each in folder.iterdir())
    if others:
        raise UserError(
            f"{folder}: holds other files, such as {others[0]}; name an empty or a new folder"
        )


def write_exported(folder: Path, loaded: Loaded, trained: Mapping[str, Path]) -> None:
    """Write results to a folder.

    ``trained`` maps the identity of a run to the folder with its network and its first-layer
    weights, which are copied. The paths of this machine are left out. Raise UserError if the folder
    holds other files, or the records of runs.
    """
    _check_target(folder)
    folder.mkdir(parents=True, exist_ok=True)
    runs = loaded.runs.drop(columns=ROOT, errors="ignore").assign(**{OUTPUTS: math.nan})
    runs.to_parquet(folder / RUNS_FILE, compression="zstd", index=False)
    loaded.epochs.to_parquet(folder / EPOCHS_FILE, compression="zstd", index=False)
    for identity, source in trained.items():
        target = run_folder(folder, identity)
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / NETWORK, target / NETWORK)
        for file in weight_files(source):
            (target / WEIGHTS).mkdir(exist_ok=True)
            shutil.copy(file, target / WEIGHTS / file.name)
