"""Copy all records of a folder to MLflow once, for `experiments sync`."""

from collections import Counter
from pathlib import Path

from mlflow import MlflowClient

from experiments.errors import DataError, StoreError, UserError
from experiments.mirror.records import Mirrored, mirror_of, records
from experiments.mirror.store import DeletedExperimentError, open_store
from experiments.mirror.store_errors import STORE_ERRORS, describe_error, silence_mlflow
from experiments.mirror.sweeps import MirroredSweep
from experiments.recording import is_run
from experiments.tracking import no_answer, store_of


def sync(folder: Path, uri: str | None = None) -> tuple[list[str], list[str]]:
    """Bring MLflow up to date with a run, a sweep, or all of them in an outputs folder.

    ``uri`` is the store; without it each record goes to its own store. Return messages about the
    stores, and about damaged records and stores that fail. Raise UserError if nothing is recorded.
    """
    folders = list(records(folder.resolve()))
    if not folders:
        raise UserError(f"{folder}: no runs are recorded there")
    silence_mlflow()
    counts: Counter[str] = Counter()
    untracked = busy = 0
    problems: list[str] = []
    failed: set[str] = set()
    clients: dict[str, MlflowClient] = {}
    for each in folders:
        try:
            store = uri or store_of(each)
            if store is None:
                untracked += 1
            if store is None or store in failed:
                continue
            mirrored = _sync_one(clients, each, store)
        except (DataError, DeletedExperimentError) as error:
            problems.append(str(error))
            continue
        except StoreError as error:
            problems.append(str(error))
            failed.add(error.uri)
            continue
        if mirrored.problem:
            problems.append(mirrored.problem)
        runs = mirrored.runs if isinstance(mirrored, MirroredSweep) else [mirrored]
        counts[store] += sum(run.done and not run.problem for run in runs)
        busy += sum(is_run(run.folder) and not run.done for run in runs)
    done = [f"MLflow is up to date with {_runs(n)}: {store}" for store, n in counts.items()]
    if busy:
        done.append(
            f"{_runs(busy)} not copied to the end: still running, or copied by another process"
        )
    if untracked:
        done.append(
            f"records of runs or sweeps with tracking=none, skipped: {untracked};"
            " --uri URI copies them to a store"
        )
    return done, [*dict.fromkeys(problems)]  # many runs have the same one


def _runs(n: int) -> str:
    return f"{n} run{'s' * (n != 1)}"


def _sync_one(clients: dict[str, MlflowClient], folder: Path, uri: str) -> Mirrored:
    """Copy a record to a store, which is opened for the first record alone."""
    if problem := no_answer(uri):
        raise StoreError(uri, problem)
    try:
        if uri not in clients:
            clients[uri] = open_store(uri)
        mirrored = mirror_of(clients[uri], folder, uri)
        mirrored.update(last=True)
    except DeletedExperimentError:
        raise  # the store has other experiments
    except STORE_ERRORS as error:
        raise StoreError(uri, describe_error(error)) from None
    return mirrored
