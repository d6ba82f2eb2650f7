"""`experiments sync`: bring MLflow up to date with records, once."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient

from experiments.errors import DataError, UserError
from experiments.mirror.runs import MirroredRun
from experiments.mirror.store import open_store
from experiments.mirror.store_errors import STORE_ERRORS, describe_error
from experiments.mirror.sweeps import MirroredSweep
from experiments.recording import is_run, is_sweep, read_sweep, run_folders, sweep_folders
from experiments.tracking import runs_of, store_of

Mirrored = MirroredRun | MirroredSweep


def sync(folder: Path, uri: str | None = None) -> tuple[list[str], list[str]]:
    """Bring MLflow up to date with a run, a sweep, or all of them in an outputs folder.

    ``uri`` is the store; without it each record goes to its own store. Return messages about the
    stores, and about damaged records. Raise UserError if nothing is recorded or a store fails.
    """
    folders = list(records(folder.resolve()))
    if not folders:
        raise UserError(f"{folder}: no runs are recorded there")
    silence_mlflow()
    counts: Counter[str] = Counter()
    untracked = 0
    problems = []
    for each in folders:
        try:
            store = uri or store_of(each)
            if store is None:
                untracked += 1
                continue
            mirrored = _sync_one(each, store)
        except DataError as error:
            problems.append(str(error))
            continue
        if mirrored.problem:
            problems.append(mirrored.problem)
        counts[store] += len(mirrored.runs) if isinstance(mirrored, MirroredSweep) else 1
    done = [f"MLflow is up to date with {n} runs: {store}" for store, n in counts.items()]
    if untracked:
        done.append(f"{untracked} made with tracking=none are left out; --uri STORE tracks them")
    return done, problems


def _sync_one(folder: Path, uri: str) -> Mirrored:
    try:
        mirrored = mirror_of(open_store(uri), folder, uri)
        mirrored.update(last=True)
    except STORE_ERRORS as error:
        raise UserError(f"{uri}: {describe_error(error)}") from None
    return mirrored


def records(folder: Path) -> Iterator[Path]:
    """Yield the folders of all sweeps, then those of runs that belong to no sweep.

    If ``folder`` is the folder of a sweep or a run, yield only that.
    """
    if is_sweep(folder) or is_run(folder):
        yield folder
        return
    swept: set[Path] = set()
    for sweep in sweep_folders(folder):
        with suppress(DataError):  # reported when the sweep is copied
            swept.update(runs_of(sweep))
        yield sweep
    yield from (run for run in run_folders(folder) if run not in swept)


def mirror_of(
    client: MlflowClient,
    folder: Path,
    uri: str,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Mirrored:
    """Return the mirror of the sweep or the run in ``folder``.

    ``report`` is called with the progress of a sweep. Raise DataError if the sweep is damaged.
    """
    sweep = read_sweep(folder)
    if sweep is None:
        return MirroredRun(client, folder, uri)
    return MirroredSweep(client, folder, uri, sweep, report)


def silence_mlflow() -> None:
    """Stop MLflow from logging errors that are raised anyway."""
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
