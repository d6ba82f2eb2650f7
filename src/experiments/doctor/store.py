"""The MLflow store: whether it answers, and how fast."""

import time
from dataclasses import dataclass

from experiments.configuration import check_store, deleted_experiment, one_line, sqlite_path
from experiments.errors import UserError
from experiments.recording import RecordedTracking
from experiments.tracking import check_answers


@dataclass(frozen=True)
class Store:
    """The MLflow store of runs. ``uri`` is None if runs are not tracked.

    ``problem`` says why runs cannot be tracked there, and is empty if they can. ``seconds`` is the
    time until the answer. It is None if there is no answer, or if the first run makes the store.
    """

    uri: str | None
    problem: str = ""
    seconds: float | None = None

    @property
    def silent(self) -> bool:
        """Whether nothing answers at the address of the server."""
        return "the server does not answer" in self.problem


def store(tracking: RecordedTracking) -> Store:
    """Ask a store for the experiment of the runs, within the time limits of all commands."""
    if tracking.uri is None:
        return Store(None)
    try:
        check_store(tracking)
        seconds = None if is_new(tracking.uri) else _ask(tracking.uri, tracking.experiment)
    except (UserError, OSError) as error:
        return Store(tracking.uri, one_line(error))
    return Store(tracking.uri, seconds=seconds)


def is_new(uri: str) -> bool:
    """Return whether a store is an SQLite file that the first run makes."""
    path = sqlite_path(uri)
    return path is not None and (not path.exists() or not path.stat().st_size)


def _ask(uri: str, experiment: str) -> float:
    """Return the seconds until the answer. Raise UserError without one, or if it is deleted."""
    check_answers(uri)
    from experiments.mirror import existing_store, readable_store  # imports MLflow

    client = existing_store(uri)
    begin = time.perf_counter()
    with readable_store(uri):
        found = client.get_experiment_by_name(experiment)
    seconds = time.perf_counter() - begin
    if found is not None and found.lifecycle_stage == "deleted":
        deleted = deleted_experiment(uri, found.name, found.experiment_id)
        raise UserError(f"{deleted}, or choose another name with tracking.experiment=NAME")
    return seconds
