"""The two loads of a study: epochs of runs that train, and runs that have ended.

Each writer has a part of the journals, and sends what is due in order, as the mirror of a sweep. If
it is late, it sends the next thing at once. When the step ends, what is left is given up.
"""

import multiprocessing
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec.structs import replace

from benchmarks import reading
from benchmarks.replay.step import Processors
from experiments.mirror import open_store
from experiments.mirror.metrics import log_metrics
from experiments.mirror.runs import MirroredRun, metrics_of
from experiments.recording import NETWORK, run_folder, run_folders

BATCH = 10
"""Epochs that are sent together: those of some 20 s, after which a mirror of 1,000 runs is back."""
Send = Callable[[int], None]
"""Sends the thing with a number."""


@dataclass(frozen=True)
class Share:
    """The part of a writer: numbers of things, and the seconds after the start when each is due."""

    numbers: Sequence[int]
    due: Sequence[float]


@dataclass(frozen=True)
class Sent:
    """The seconds after the start at which the things of a share were done."""

    ended: Sequence[float]


@dataclass(frozen=True)
class Epochs:
    """Batches of epochs of many runs in turn: each run exists in MLflow, and is training."""

    uri: str
    run: reading.FinishedRun
    run_ids: Sequence[str]
    name: str = "epoch batches"

    def prepare(self, numbers: Sequence[int]) -> None:
        """Do nothing: the runs are there."""

    def sender(self) -> Send:
        """Return the function that sends a batch."""
        client = open_store(self.uri)

        def send(number: int) -> None:
            turn, place = divmod(number, len(self.run_ids))
            epochs = self.run.epochs[:BATCH]
            later = [replace(each, epoch=each.epoch + turn * BATCH) for each in epochs]
            metrics = [each for epoch in later for each in metrics_of(epoch, BATCH)]
            log_metrics(client, self.run_ids[place], metrics)

        return send


@dataclass(frozen=True)
class Runs:
    """Whole runs of 30 epochs with figures and network, copied as `experiments sync` does it."""

    uri: str
    run: reading.FinishedRun
    folder: Path
    name: str = "whole runs"

    def prepare(self, numbers: Sequence[int]) -> None:
        """Write the records of the runs with these numbers."""
        (one,) = run_folders(self.folder / "one")
        outputs = self.folder / "copies"
        wanted = set(numbers)
        for number, copy in enumerate(reading.copies(self.run, max(wanted) + 1)):
            if number in wanted:
                reading.write_journal(outputs, copy)
                shutil.copy(one / NETWORK, run_folder(outputs, copy.start.identity))

    def sender(self) -> Send:
        """Return the function that copies a run."""
        client = open_store(self.uri)

        def send(number: int) -> None:
            folder = run_folder(self.folder / "copies", f"{number:016x}")
            MirroredRun(client, folder, self.uri).update(last=True)

        return send


Load = Epochs | Runs


def shares(first: int, rate: float, seconds: float, writers: int) -> list[Share]:
    """Divide what is due in a step, at even distances, among the writers in turn."""
    n = max(1, int(rate * seconds))
    things = [(first + i, i / rate) for i in range(n)]
    return [
        Share([number for number, _ in part], [due for _, due in part])
        for part in (things[writer::writers] for writer in range(writers))
    ]


def send_all(
    load: Load, parts: Sequence[Share], seconds: float, watch: Callable[[], Processors]
) -> tuple[list[Sent], Processors]:
    """Let a process for each share send it, all beginning at once; return what they did.

    ``watch`` is called when they begin, and returns the processors that were busy meanwhile.
    """
    context = multiprocessing.get_context("fork")  # they share what this process has imported
    barrier = context.Barrier(len(parts) + 1)
    pipes = []
    for part in parts:
        pipe, its_end = context.Pipe(duplex=False)
        arguments = (load, part, seconds, barrier.wait, its_end)
        context.Process(target=_write, args=arguments).start()
        its_end.close()
        pipes.append(pipe)
    barrier.wait()
    processors = watch()
    return [pipe.recv() for pipe in pipes], processors


def _write(
    load: Load, share: Share, seconds: float, begin: Callable[[], object], answer: Connection
) -> None:
    """Send a share; the program of a writer's process."""
    send = load.sender()
    begin()
    start = time.monotonic()
    ended: list[float] = []
    for number, due in zip(share.numbers, share.due, strict=True):
        time.sleep(max(0.0, start + due - time.monotonic()))
        if time.monotonic() - start > seconds:
            break
        send(number)
        ended.append(time.monotonic() - start)
    answer.send(Sent(ended))


def create_runs(uri: str, n: int) -> list[str]:
    """Create runs in an experiment of their own, and return their MLflow ids."""
    client = open_store(uri)
    experiment = client.create_experiment("replay")
    return [client.create_run(experiment, run_name=f"run {i}").info.run_id for i in range(n)]
