"""Builders of events, records and journals for tests. Every value has a default.

A test gives only the values that it is about: ``start(name="sgd")``, ``epoch(3, **{"train/cost":
0.2})``, ``end(Status.FAILED, message="no memory")``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from experiments.recording import (
    Certificate,
    End,
    Epoch,
    Event,
    Journal,
    Note,
    Origin,
    Record,
    RecordedArchitecture,
    RecordedConfig,
    RecordedDataset,
    RecordedTracking,
    Resume,
    Start,
    Status,
    SweepRecord,
    SweepRun,
    pack_correct,
    run_folder,
    sweep_folder,
    write_sweep,
)

NOT_TRACKED = RecordedTracking(experiment="tests", uri=None, artifacts="artifacts")
CONFIG = RecordedConfig(
    dataset={"_target_": "experiments.data.IDXDataset", "name": "tiny", "train_size": 20},
    architecture=RecordedArchitecture(sizes=[4, 3, 2]),
    activation={"_target_": "nn.Sigmoid"},
    initializer={"_target_": "nn.LeCunNormal", "bias_std": 1.0},
    loss={"_target_": "nn.CrossEntropyCost", "output": "softmax"},
    optimizer={"_target_": "nn.SGD", "learning_rate": 0.5},
    schedule={"_target_": "nn.Constant"},
    epochs=3,
    batch_size=10,
    l2=0.0,
    seed=0,
    dtype="float32",
    tracking=NOT_TRACKED,
)
ORIGIN = Origin(config={"seed": 0, "sizes": [4, 3, 2]}, data="da7a", code="c0de", numpy="2.4.0")
START = Start(
    time=1000.0,
    id="0" * 32,
    identity="1" * 16,
    origin=ORIGIN,
    name="4-3-2 ce sgd",
    overrides=["loss=ce", "optimizer=sgd"],
    choices={"loss": "ce", "optimizer": "sgd", "tracking": "none"},
    config=CONFIG,
    environment={"host": "here"},
    dataset=RecordedDataset(
        name="tiny", root="/data/tiny", sha256="da7a", train=20, validation=10, test=10
    ),
)
METRICS = {
    "train/cost": 0.25,
    "train/accuracy": 0.95,
    "validation/cost": 0.5,
    "validation/accuracy": 0.9,
    "learning_rate": 0.5,
    "seconds": 1.5,
    "images_per_second": 2000.0,
}
TEST_METRICS = {
    "test/cost": 0.375,
    "test/accuracy": 0.875,
    "best_epoch/epoch": 2.0,
    "best_epoch/test/cost": 0.3125,
    "best_epoch/test/accuracy": 0.89,
}
CORRECT_IMAGES = {
    "test/correct": pack_correct([True, True, False, True, True, True, True, True, True]),
    "best_epoch/test/correct": pack_correct([True, True, True, True, True, True, True, True, True]),
}
MESSAGES = {
    Status.DIVERGED: "cost or norms became NaN or infinite in epoch 3",
    Status.FAILED: "its process was ended by SIGSEGV",
    Status.INTERRUPTED: "stopped by SIGINT after epoch 1",
}


def start(*, config: dict[str, Any] | None = None, **changes: Any) -> Start:
    """Return the first event of a run, with changes of its fields and of its configuration."""
    changed = msgspec.structs.replace(CONFIG, **(config or {}))
    return msgspec.structs.replace(START, config=changed, **changes)


def certificate(*errors: float, **changes: Any) -> Certificate:
    """Return the event of a gradient that was checked; by default both layers are right."""
    event = Certificate(
        time=START.time,
        errors=list(errors) or [3e-9, 2e-9],
        tolerance=1e-5,
        examples=16,
        error_norms=[0.125, 0.5],
    )
    return msgspec.structs.replace(event, **changes)


def epoch(number: int, *, seconds: float = 2.0, **metrics: float) -> Epoch:
    """Return the event of an epoch. Each epoch takes ``seconds``; ``metrics`` replace defaults."""
    elapsed = seconds * number
    return Epoch(
        time=START.time + elapsed, epoch=number, metrics={**METRICS, **metrics}, elapsed=elapsed
    )


def epochs(n: int) -> list[Epoch]:
    """Return the events of ``n`` epochs."""
    return [epoch(number) for number in range(1, n + 1)]


def resume(after: int, **changes: Any) -> Resume:
    """Return the event of a run that continues after some complete epochs."""
    event = Resume(time=START.time, epoch=after, batches=0, remark="", environment={})
    return msgspec.structs.replace(event, **changes)


def note(message: str) -> Note:
    """Return a message that was recorded."""
    return Note(time=START.time, message=message)


def end(status: Status = Status.FINISHED, **changes: Any) -> End:
    """Return the last event of a run, with the metrics or the message that fit its status."""
    event = End(time=START.time + 100, status=status, message=MESSAGES.get(status, ""))
    if status is Status.FINISHED:
        event = msgspec.structs.replace(
            event,
            elapsed=61.25,
            metrics=TEST_METRICS,
            confusion_matrix=[[4, 1], [0, 5]],
            correct=CORRECT_IMAGES["test/correct"],
            best_epoch_correct=CORRECT_IMAGES["best_epoch/test/correct"],
        )
    return msgspec.structs.replace(event, **changes)


def closed_end(**changes: Any) -> End:
    """Return the last event of a run that has finished with its test set closed."""
    metrics = {"best_epoch/epoch": TEST_METRICS["best_epoch/epoch"]}
    made = end(metrics=metrics, correct=b"", best_epoch_correct=b"")
    return msgspec.structs.replace(made, **changes)


def record(*events: Event) -> Record:
    """Return the record of these events. The start is added if the first event is another one."""
    first = [] if events and isinstance(events[0], Start) else [START]
    made = Record.of([*first, *events], Path("journal.jsonl"))
    assert made is not None
    return made


def write_journal(folder: Path, *events: Event) -> Path:
    """Append events to the journal in the folder of a run, and return the folder."""
    with Journal(folder) as journal:
        for event in events:
            journal.append(event)
    return folder


def write_run(outputs: Path, identity: str, *events: Event) -> Path:
    """Write the journal of a run: a start with this identity, then the events. Return its folder.

    A start among the events replaces the default start.
    """
    first, others = START, events
    if events and isinstance(events[0], Start):
        first, others = events[0], events[1:]
    first = msgspec.structs.replace(first, identity=identity)
    return write_journal(run_folder(outputs, identity), first, *others)


def sweep_record(runs: Sequence[str] = (), **changes: Any) -> SweepRecord:
    """Return the record of a sweep over runs of these identities; their names are run 0, 1, ..."""
    made = SweepRecord(
        id="5" * 16,
        name="loss=ce,mse",
        time=1000.0,
        overrides=["loss=ce,mse"],
        environment={},
        tracking=NOT_TRACKED,
        runs=[SweepRun(name=f"run {i}", identity=each) for i, each in enumerate(runs)],
    )
    return msgspec.structs.replace(made, **changes)


def write_sweep_record(outputs: Path, record: SweepRecord) -> Path:
    """Write the record of a sweep under ``outputs``, and return the folder of the sweep."""
    folder = sweep_folder(outputs, record.id)
    write_sweep(folder, record)
    return folder
