"""The main program of the mirror process: copy a run or a sweep until the parent ends.

`python -m experiments.mirror.follow FOLDER URI DESCRIPTOR` follows the record in FOLDER until its
standard input is closed, and sends messages through the file descriptor. After a failure of the
store everything is copied again from the journals. In idle moments it brings MLflow up to date with
records that earlier processes could not copy.
"""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient

from experiments.errors import DataError
from experiments.mirror import models
from experiments.mirror.parent import Parent
from experiments.mirror.records import mirror_of, records
from experiments.mirror.store import open_store
from experiments.mirror.store_errors import STORE_ERRORS, describe_error, is_late, silence_mlflow
from experiments.recording import outputs_of
from experiments.tracking import MirrorProgress, StoreWarning, is_behind, no_answer

POLL = 1.0
"""Seconds between two looks at the journals. The end of the parent shortens them."""
PAUSES = (1, 2, 5, 10)
"""Seconds before the next try after each failure in a row; the last value repeats."""
LAST_TRIES = 3
"""Tries after the parent has ended, unless the store takes too long to fail."""
GRACE = 10
"""Seconds at the end for records of earlier processes."""


def follow(folder: Path, uri: str, parent: Parent) -> bool:
    """Follow a run or a sweep until the parent has ended; return whether MLflow has all of it."""
    failures = last_tries = 0
    while True:
        try:
            for _ in update_until_the_end(folder, uri, parent):
                failures = 0
        except STORE_ERRORS as error:
            problem = describe_error(error)
            parent.send(StoreWarning(problem))
            if is_late(problem) and parent.ended():
                return False  # it would take as long again
        except DataError as error:
            parent.send(StoreWarning(str(error)))
            return False
        else:
            return True
        last_tries += parent.ended()
        if last_tries == LAST_TRIES:
            return False
        if parent.ended():
            time.sleep(pause_after(failures))
        else:
            parent.ended(timeout=pause_after(failures))  # its end shortens the pause
        failures += 1


def pause_after(failures: int) -> float:
    """Return the seconds before the next try, after some other failures in a row."""
    return PAUSES[min(failures, len(PAUSES) - 1)]


def update_until_the_end(folder: Path, uri: str, parent: Parent) -> Iterator[None]:
    """Bring MLflow up to date again and again, and yield after each time.

    Stop after the last update, when the parent has ended. Raise one of `STORE_ERRORS` if the store
    fails; it is then unknown what has arrived. Raise DataError if the record is damaged.
    """
    if problem := no_answer(uri):
        raise TimeoutError(problem)
    client = open_store(uri)
    mirrored = mirror_of(
        client, folder, uri, lambda done, total: parent.send(MirrorProgress(done, total))
    )
    if not parent.ended():
        models.warm_up()
    others = copy_others(client, folder, uri)
    pause = 0.0
    while not parent.ended(pause):
        mirrored.update()
        yield
        pause = POLL if next(others, None) is None else 0.0
    mirrored.update(last=True)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and next(others, None):
        pass
    if mirrored.problem:
        raise DataError(mirrored.problem)


def copy_others(client: MlflowClient, folder: Path, uri: str) -> Iterator[Path]:
    """Bring MLflow up to date with the other records in an outputs folder.

    A record that cannot be copied is skipped, so it does not block the records after it; a later
    process tries again. Yield each folder after it has been checked.
    """
    others = (each for each in records(outputs_of(folder)) if each != folder)
    for other in others:
        if is_behind(other, uri):
            with suppress(*STORE_ERRORS):
                mirror_of(client, other, uri).update(last=True)
        yield other


def main() -> None:
    """Follow the folder and the store of the command line."""
    folder, uri, descriptor = sys.argv[1:]
    parent = Parent(sys.stdin, os.fdopen(int(descriptor), "wb", buffering=0))
    silence_mlflow()
    try:
        copied = follow(Path(folder), uri, parent)
    except Exception as error:
        parent.send(StoreWarning(f"{type(error).__name__}: {describe_error(error)}"))
        raise
    os._exit(0 if copied else 1)  # MLflow's own end takes half a second


if __name__ == "__main__":
    main()
