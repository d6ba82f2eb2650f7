"""Bringing MLflow up to date with what is recorded: the one process that writes to it.

`python -m experiments.mirror.sync FOLDER URI` follows the run or the sweep in FOLDER until its standard
input is closed. A store that fails is tried again, from the journals; what an earlier process could
not bring to MLflow is caught up with on the way.
"""

import logging
import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from experiments.errors import DataError, UserError
from experiments.mirror import models, store
from experiments.mirror.tracked import TrackedRun, TrackedSweep
from experiments.recording.journal import JOURNAL
from experiments.recording.record import SWEEP, read_sweep, run_folders, sweep_folders
from experiments.tracking.sync_state import behind, folders, store_named
from experiments.tracking.writer import PROGRESS, WARNING

POLL = 0.2  # seconds between two looks at the journals
PAUSES = (1, 2, 5, 10)  # seconds until a store that failed is tried again; the last one again
LAST_TRIES = 3  # that a store is given at the end
GRACE = 10  # seconds spent at the end on what earlier processes left behind
STORE_ERRORS = (MlflowException, SQLAlchemyError, OSError)

Tracked = TrackedRun | TrackedSweep


def sync(folder: Path, uri: str | None = None) -> tuple[list[str], list[str]]:
    """Bring MLflow up to date with a run, a sweep, or all of them under an outputs folder.

    ``uri`` is the store; without it, each goes to the one that it was made for. Returns in words
    what was done, and which records are damaged. Raises UserError if there is nothing to track or a
    store cannot be written.
    """
    found = list(recorded(folder.resolve()))
    if not found:
        raise UserError(f"{folder}: no runs are recorded there")
    quiet()
    counts: dict[str, int] = {}
    untracked = 0
    problems = []
    for each in found:
        try:
            store_of_it = uri or store_named(each)
        except DataError as error:
            problems.append(str(error))
            continue
        if store_of_it is None:
            untracked += 1
            continue
        try:
            tracked = track(store.open_store(store_of_it), each, store_of_it)
            tracked.update(last=True)
        except DataError as error:
            problems.append(str(error))
            continue
        except STORE_ERRORS as error:
            raise UserError(f"{store_of_it}: {reason(error)}") from None
        if tracked.problem:
            problems.append(tracked.problem)
        n_runs = len(tracked.runs) if isinstance(tracked, TrackedSweep) else 1
        counts[store_of_it] = counts.get(store_of_it, 0) + n_runs
    done = [f"MLflow is up to date with {n} runs: {where}" for where, n in counts.items()]
    if untracked:
        done.append(f"{untracked} made with tracking=none are left out; --uri STORE tracks them")
    return done, problems


def recorded(folder: Path) -> Iterator[Path]:
    """Yield the folders of sweeps, then of the runs that are part of none; FOLDER itself if one."""
    if (folder / SWEEP).exists() or (folder / JOURNAL).exists():
        yield folder
        return
    swept: set[Path] = set()
    for sweep in sweep_folders(folder):
        with suppress(DataError):  # whoever uses it hears of it
            swept.update(folders(sweep, read_sweep(sweep) or {}))
        yield sweep
    yield from (run for run in run_folders(folder) if run not in swept)


def track(
    client: MlflowClient, folder: Path, uri: str, report: Callable[[str], None] = lambda _: None
) -> Tracked:
    """Return what mirrors the sweep or the run in a folder; ``report`` hears how far a sweep is.

    Raises DataError if the sweep's record is damaged.
    """
    record = read_sweep(folder)
    if record is None:
        return TrackedRun(client, folder, uri)
    return TrackedSweep(client, folder, uri, record, report)


class Following:
    """The folder that is followed, and what else is behind, in a store that may fail."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.folder = folder
        self.uri = uri
        self.tracked: Tracked | None = None
        self.others: Iterator[Path] = iter(())

    def update(self, *, last: bool) -> None:
        """Bring MLflow up to date. Raises one of `STORE_ERRORS` if the store fails."""
        if self.tracked is None:
            client = store.open_store(self.uri)
            self.tracked = track(client, self.folder, self.uri, _report)
            if not last and not stdin_closed(0):
                models.warm_up()
            outputs = self.folder.parents[1]
            self.others = (each for each in recorded(outputs) if each != self.folder)
        self.tracked.update(last=last)

    def catch_up(self) -> bool:
        """Bring MLflow up to date with one of the others; return whether there may be more."""
        other = next(self.others, None)
        if other is not None and self.tracked is not None and behind(other, self.uri):
            track(self.tracked.client, other, self.uri).update(last=True)
        return other is not None


def follow(folder: Path, uri: str) -> bool:
    """Follow a run or a sweep until standard input is closed; return whether MLflow has it all."""
    following = Following(folder, uri)
    failures = 0
    ended = False
    tries = 0
    while True:
        try:
            following.update(last=ended)
            if ended:
                break
            failures = 0
            more = following.catch_up()
            pause = 0.0 if more else POLL
        except STORE_ERRORS as error:
            say(f"{WARNING}{reason(error)}")
            following = Following(folder, uri)  # all over again: what arrived is not known
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            if ended:
                tries += 1
                if tries == LAST_TRIES:
                    return False
        if ended:
            time.sleep(pause)
        else:
            ended = stdin_closed(pause)
    if following.tracked is not None and following.tracked.problem:
        say(f"{WARNING}{following.tracked.problem}")
    deadline = time.monotonic() + GRACE
    try:
        while time.monotonic() < deadline and following.catch_up():
            pass
    except STORE_ERRORS:
        pass  # they were not what was to be done
    return True


def _report(far: str) -> None:
    say(PROGRESS + far)


def stdin_closed(timeout: float) -> bool:
    """Wait up to ``timeout`` seconds for the end of the process that started this one."""
    return bool(select.select([sys.stdin], [], [], timeout)[0])


def say(line: str) -> None:
    """Tell the process that started this one, if it still lives."""
    try:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()
    except OSError:
        pass


def quiet() -> None:
    """Keep MLflow from logging what is raised or done anyway."""
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)


def reason(error: Exception) -> str:
    """Return what an error of the store says, as one line without its pointers to manuals."""
    words = " ".join(str(error).split("(Background on")[0].split("[SQL:")[0].split())
    if "Max retries exceeded" in words or "Failed to establish" in words:
        return f"the server does not answer ({words.rpartition(': ')[2].rstrip(')')})"
    return words[:500]


def main() -> None:
    """Follow the folder and the store named on the command line."""
    quiet()
    complete = follow(Path(sys.argv[1]), sys.argv[2])
    os._exit(0 if complete else 1)  # MLflow's own tear-down takes half a second


if __name__ == "__main__":
    main()
