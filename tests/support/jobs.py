"""Small jobs for tests: a run on 60 images of 4 pixels, which takes some milliseconds.

The experiments are built directly and not composed, because composing takes 0.1 s.
"""

import dataclasses
from enum import Enum
from pathlib import Path
from typing import Any

import idx_files
import numpy as np
import records

from experiments.configuration import Experiment
from experiments.data import IDXDataset
from experiments.interruption import Interruption
from experiments.recording import Event, Note, RecordedArchitecture, RecordedConfig
from experiments.running import Job, origin, run
from nn import Constant, CrossEntropyCost, LeCunNormal, Momentum, Output, Sigmoid

N, TEST_N, CLASSES = 60, 12, 3
BATCHES = 4
"""Mini-batches per epoch."""
EPOCHS = 3


def write_data(root: Path) -> None:
    """Write a data set in which the class of an image depends on the brightness of its pixels."""
    rng = np.random.default_rng(5)
    labels = rng.integers(CLASSES, size=N + TEST_N).astype(np.uint8)
    noise = rng.integers(60, size=(N + TEST_N, 2, 2))
    images = (noise + 90 * labels[:, None, None]).astype(np.uint8)
    arrays = {
        "train_images": images[:N],
        "train_labels": labels[:N],
        "test_images": images[N:],
        "test_labels": labels[N:],
    }
    idx_files.write(root, arrays, suffix="")


def dataset(root: Path, **options: Any) -> IDXDataset:
    """Return the data set in a folder, which is written if it is missing: 40 training images."""
    if not root.exists():
        write_data(root)
    return idx_files.idx_dataset(root, **{"validation_size": N - 40, **options})


def experiment(root: Path, **changes: Any) -> Experiment:
    """Return a small experiment on the data set in a folder, with changes of its fields."""
    defaults = {
        "dataset": dataset(root),
        "sizes": [4, 5, CLASSES],
        "activation": Sigmoid(),
        "initializer": LeCunNormal(1.0),
        "loss": CrossEntropyCost(Output.softmax),
        "optimizer": Momentum(0.5, 0.9),
        "schedule": Constant(),
        "epochs": EPOCHS,
        "batch_size": 40 // BATCHES,
        "l2": 0.1,
        "seed": 0,
        "dtype": "float64",
    }
    return Experiment(**{**defaults, **changes})


def job(folder: Path, **changes: Any) -> Job:
    """Return a job with its data and outputs under ``folder``.

    The changes are fields of the job or of its experiment.
    """
    fields = {field.name for field in dataclasses.fields(Job)}
    of_experiment = {key: value for key, value in changes.items() if key not in fields}
    of_job = {key: value for key, value in changes.items() if key in fields}
    made = of_job.get("experiment") or experiment(folder / "data", **of_experiment)
    defaults = {
        "name": "tiny",
        "overrides": [f"{key}={value}" for key, value in of_experiment.items()],
        "choices": {"loss": "ce", "optimizer": "momentum"},
        "config": recorded_config(made),
        "experiment": made,
        "origin": origin(made),
        "outputs": folder / "outputs",
        "checkpoint_every": 1,
    }
    return Job(**{**defaults, **of_job})


def recorded_config(made: Experiment) -> RecordedConfig:
    """Return the configuration that a run of this experiment records."""
    groups = ("activation", "initializer", "loss", "optimizer", "schedule")
    values = ("epochs", "batch_size", "l2", "seed", "dtype", "backend", "test_curve")
    return RecordedConfig(
        dataset=_options("experiments.data.IDXDataset", made.dataset),
        architecture=RecordedArchitecture(sizes=made.sizes),
        tracking=records.NOT_TRACKED,
        **{
            group: _options(f"nn.{type(getattr(made, group)).__name__}", getattr(made, group))
            for group in groups
        },
        **{key: getattr(made, key) for key in values},
    )


def _options(target: str, instance: Any) -> dict[str, Any]:
    """Return a class and its options, as conf/ has them."""
    options = {field.name: getattr(instance, field.name) for field in dataclasses.fields(instance)}
    plain = {key: each.value if isinstance(each, Enum) else each for key, each in options.items()}
    return {"_target_": target, **plain}


def do(job: Job, *, interruption: Interruption | None = None) -> list[Event]:
    """Do the run of a job, and return its events."""
    return list(run(job, interruption=interruption or Interruption()))


class StopAfter(Interruption):
    """An interruption as if SIGTERM were received after some mini-batches.

    The training asks before each mini-batch whether it was interrupted.
    """

    def __init__(self, batches: int) -> None:
        super().__init__()
        self._batches = batches

    def requested(self) -> bool:
        """Return whether the signal has been received: true after the mini-batches."""
        if self._batches == 0:
            self.signum = 15
        self._batches -= 1
        return super().requested()


def messages(events: list[Event]) -> list[str]:
    """Return the messages of the notes among events."""
    return [event.message for event in events if isinstance(event, Note)]
