"""Open an MLflow store for reading, search its runs, and report its errors as UserError.

If the store is missing or does not answer, that is a UserError of one line.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType

from experiments.configuration import (
    check_uri,
    deleted_experiment,
    experiments_command,
    sqlite_path,
)
from experiments.errors import UserError
from experiments.mirror.store import is_complete, open_store
from experiments.mirror.store_errors import STORE_ERRORS, describe_error
from experiments.mirror.tags import IDENTITY
from experiments.tracking import check_answers

PAGE = 1000
"""The most runs that MLflow returns at once."""


def existing_store(uri: str) -> MlflowClient:
    """Return a client of a store that exists. Raise UserError if there is none at this address."""
    check_uri(uri)
    check_answers(uri)
    path = sqlite_path(uri)
    if path is not None and not is_complete(path):
        raise UserError(f"{uri}: there is no such store")
    try:
        return open_store(uri)
    except Exception as error:  # of the library that MLflow uses for such an address
        reason = describe_error(error)
        raise UserError(f"{uri}: this MLflow store cannot be read: {reason}") from None


def search_runs(client: MlflowClient, uri: str, condition: str) -> list[Run]:
    """Return the runs in all experiments that meet a condition, the newest first."""
    found: list[Run] = []
    token: str | None = None
    with readable_store(uri):
        experiments = [each.experiment_id for each in client.search_experiments()]
        while token != "":
            page = client.search_runs(experiments, condition, max_results=PAGE, page_token=token)
            found += page
            token = page.token or ""
    return found


def deleted_with_runs(uri: str) -> str:
    """Return words about a deleted experiment that has runs of this project; nothing if none has.

    They begin with a semicolon, and say how to restore it. Raise UserError if the store fails.
    """
    client = existing_store(uri)
    condition = f"tags.{IDENTITY} != ''"
    with readable_store(uri):
        names = {
            each.experiment_id: each.name
            for each in client.search_experiments(view_type=ViewType.DELETED_ONLY)
        }
        found = names and client.search_runs([*names], condition, ViewType.ALL, max_results=1)
    if not found:
        return ""
    experiment_id = found[0].info.experiment_id
    return f"; {deleted_experiment(uri, names[experiment_id], experiment_id)}"


@contextmanager
def readable_store(uri: str) -> Iterator[None]:
    """Raise the errors of a store as UserError."""
    try:
        yield
    except (*STORE_ERRORS, sqlite3.Error) as error:
        raise UserError(f"{uri}: {describe_error(error)}") from None


@contextmanager
def readable_tags(run: Run, uri: str) -> Iterator[None]:
    """Raise UserError if the tags of a run are not as the mirror writes them."""
    try:
        yield
    except (KeyError, ValueError) as error:
        raise UserError(
            f"{uri}: the tags of run {run.info.run_id} were changed or are of another version:"
            f" {error}; delete the run, and `{experiments_command('sync')}` makes it again"
        ) from None
