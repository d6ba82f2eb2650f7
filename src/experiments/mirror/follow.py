"""The mirror's process: it follows a run or a sweep into MLflow until its parent has ended.

`python -m experiments.mirror.follow FOLDER URI` follows the record in FOLDER until its standard
input is closed, and sends messages through its standard output. After a failure of the store
everything is copied again from the journals. In idle moments it brings MLflow up to date with
records that earlier processes could not copy.
"""

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from mlflow import MlflowClient

from experiments.mirror import models
from experiments.mirror.store import open_store
from experiments.mirror.store_errors import STORE_ERRORS, describe_error
from experiments.mirror.sync import Mirrored, mirror_of, records, silence_mlflow
from experiments.recording import outputs_of
from experiments.tracking import Message, Progress, StoreWarning, encode_message, is_behind

POLL = 0.2  # seconds between two looks at the journals
PAUSES = (1, 2, 5, 10)  # seconds before the next try after a failure; the last one repeats
LAST_TRIES = 3  # after the parent has ended
GRACE = 10  # seconds at the end for records of earlier processes

Send = Callable[[Message], None]


def follow(folder: Path, uri: str, send: Send) -> bool:
    """Follow a run or a sweep until standard input is closed; return whether MLflow has it all."""
    mirrored: Mirrored | None = None
    others: Iterator[Path] = iter(())
    failures = last_tries = 0
    parent_ended = False
    while True:
        try:
            if mirrored is None:
                mirrored = _open(folder, uri, send, quick=parent_ended)
                others = (each for each in records(outputs_of(folder)) if each != folder)
            mirrored.update(last=parent_ended)
            if parent_ended:
                break
            failures = 0
            pause = 0.0 if _copy_next(mirrored.client, others, uri) else POLL
        except STORE_ERRORS as error:
            send(StoreWarning(describe_error(error)))
            mirrored = None  # it is unknown which events have arrived
            pause = PAUSES[min(failures, len(PAUSES) - 1)]
            failures += 1
            last_tries += parent_ended
            if last_tries == LAST_TRIES:
                return False
        if parent_ended:
            time.sleep(pause)
        else:
            parent_ended = input_closed(pause)
    if mirrored.problem:
        send(StoreWarning(mirrored.problem))
    _copy_others(mirrored.client, others, uri)
    return True


def _open(folder: Path, uri: str, send: Send, *, quick: bool) -> Mirrored:
    """Return the mirror of a record. Unless ``quick``, prepare the work of a run's end."""
    mirrored = mirror_of(
        open_store(uri), folder, uri, lambda done, total: send(Progress(done, total))
    )
    if not quick and not input_closed(0):
        models.warm_up()
    return mirrored


def _copy_next(client: MlflowClient, others: Iterator[Path], uri: str) -> bool:
    """Bring MLflow up to date with the next of the other records; return whether there is one."""
    other = next(others, None)
    if other is not None and is_behind(other, uri):
        mirror_of(client, other, uri).update(last=True)
    return other is not None


def _copy_others(client: MlflowClient, others: Iterator[Path], uri: str) -> None:
    """Copy other records for a limited time. If that fails, a later process copies them."""
    deadline = time.monotonic() + GRACE
    with suppress(*STORE_ERRORS):
        while time.monotonic() < deadline and _copy_next(client, others, uri):
            pass


def input_closed(timeout: float) -> bool:
    """Wait up to ``timeout`` seconds for the end of standard input; return whether it has ended."""
    return bool(select.select([sys.stdin], [], [], timeout)[0])


def message_channel() -> BinaryIO:
    """Return the standard output as a channel for messages; other output goes to standard error."""
    channel = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return channel


def main() -> None:
    """Follow the folder and the store of the command line."""
    channel = message_channel()
    silence_mlflow()

    def send(message: Message) -> None:
        with suppress(OSError):  # the parent was killed
            channel.write(encode_message(message))

    complete = follow(Path(sys.argv[1]), sys.argv[2], send)
    os._exit(0 if complete else 1)  # MLflow's own end takes half a second


if __name__ == "__main__":
    main()
