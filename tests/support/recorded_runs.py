"""An outputs folder with one run of each kind, and two sweeps, for the tests of results."""

from pathlib import Path

import frames
import msgspec
import records

from experiments.recording import RecordedDataset, Start, Status

FINISHED, ADAM, DIVERGED, FAILED, DIED, INTERRUPTED = (letter * 16 for letter in "fadceb")
"""Identities. The runs are written in another order than the alphabetical one."""
PLANNED = "9" * 16
ORDER = [FINISHED, ADAM, DIVERGED, FAILED, DIED, INTERRUPTED]
"""The runs in the order of their starts."""
OLD_SWEEP, NEW_SWEEP = "5" * 16, "6" * 16
DATASET = RecordedDataset(
    name="mnist", root="/mnist", sha256="da7a", train=50000, validation=10000, test=10000
)
VALIDATION = (0.8, 0.95, 0.9)
"""The validation accuracies of the run FINISHED, by epoch."""


def start(*overrides: str, dataset: RecordedDataset | None = DATASET) -> Start:
    """Return the first event of a run."""
    return msgspec.structs.replace(frames.start(*overrides), dataset=dataset)


def write(outputs: Path) -> None:
    """Write the runs and the sweeps to an outputs folder."""
    epochs = [
        records.epoch(number, **{"validation/accuracy": value})
        for number, value in enumerate(VALIDATION, 1)
    ]
    records.write_run(outputs, FINISHED, start("seed=0"), *epochs, records.end())
    adam = start("optimizer=adam", "seed=1")
    records.write_run(outputs, ADAM, adam, *records.epochs(2), records.end())
    diverged = records.end(Status.DIVERGED)
    records.write_run(outputs, DIVERGED, start("seed=2"), records.epoch(1), diverged)
    failed = records.end(Status.FAILED, message="no memory")
    records.write_run(outputs, FAILED, start("seed=3", dataset=None), failed)
    records.write_run(outputs, DIED, start("seed=4"), records.epoch(1))
    interrupted = records.end(Status.INTERRUPTED)
    records.write_run(outputs, INTERRUPTED, start("seed=5"), records.epoch(1), interrupted)
    records.write_run(outputs, f"{FINISHED}.1", start("seed=0"), *records.epochs(1))
    old = records.sweep_record([FINISHED, ADAM], id=OLD_SWEEP)
    new = records.sweep_record([ADAM, PLANNED], id=NEW_SWEEP, time=2000.0, overrides=["seed=0,1"])
    records.write_sweep_record(outputs, old)
    records.write_sweep_record(outputs, new)
