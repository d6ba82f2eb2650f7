"""What is recorded of runs and sweeps under outputs, read as a whole."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from experiments.errors import DataError
from experiments.recording.journal import JOURNAL, Follower, decode, held

RUNS = "runs"
"""The folder of all runs, under outputs; each is in one named by its identity."""
NETWORK = "network.npz"
SWEEPS = "sweeps"
SWEEP = "sweep.json"
GOES_ON = "; the same command goes on with it"
SILENT = "its process ended without a word"
FINAL = ("finished", "diverged")
"""How a run can end for good: done again, it would give the same."""


@dataclass
class Record:
    """The events of a run, folded: what it is, its epochs so far, and how it ended."""

    start: Mapping[str, Any] = field(default_factory=dict)
    epochs: list[Mapping[str, Any]] = field(default_factory=list)
    end: Mapping[str, Any] = field(default_factory=dict)  # empty while it goes on, or died
    time: float = 0.0  # of the last event
    seconds: float = 0.0  # that it has worked, over all its processes

    @classmethod
    def of(cls, events: Iterable[Mapping[str, Any]], path: Path) -> "Record":
        """Return what ``events``, read from ``path``, say together."""
        record = cls()
        for event in events:
            record.add(event, path)
        return record

    def add(self, event: Mapping[str, Any], path: Path) -> None:
        """Take in the next event. Raises DataError if it does not follow from those before."""
        kind = event["event"]
        if (kind == "start") != (not self.start):
            raise DataError(f"{path}: not the record of a run: its first event is not its start")
        if kind == "start":
            self.start = event
        elif kind == "resume":
            self.end = {}
        elif kind == "epoch":
            if event["epoch"] != len(self.epochs) + 1:
                raise DataError(f"{path}: epoch {len(self.epochs) + 1} is missing")
            self.epochs.append(event)
        elif kind == "end":
            self.end = event
        self.time = event["time"]
        self.seconds = event.get("elapsed", self.seconds)

    @property
    def status(self) -> str:
        """How it ended; `interrupted` if it could not say so itself."""
        return str(self.end["status"]) if self.end else "interrupted"

    @property
    def history(self) -> dict[str, list[float]]:
        """Each metric by epoch."""
        found: dict[str, list[float]] = {}
        for event in self.epochs:
            for name, value in event["metrics"].items():
                found.setdefault(name, []).append(value)
        return found

    @property
    def final(self) -> bool:
        """Whether there is nothing left to do."""
        return self.status in FINAL


def read(folder: Path) -> Record | None:
    """Return the record in a run's folder; None if there is none. Raises DataError for damage."""
    record = Record.of(Follower(folder).events(), folder / JOURNAL)
    return record if record.start else None


def ending(end: Mapping[str, Any]) -> str:
    """Return how a run ended, in words, given its `end` event."""
    if end["status"] == "finished":
        metrics = end["metrics"]
        return (
            f"finished: test accuracy {metrics['test/accuracy']:.2%},"
            f" cost {metrics['test/cost']:.4f}, {end['elapsed']:.1f} s"
        )
    hint = GOES_ON if end["status"] == "interrupted" else ""
    return f"{end['status']}: {end['message']}{hint}"


def state(folder: Path, record: Record | None) -> str:
    """Return `planned`, `running`, or how the run ended."""
    if (record is None or not record.end) and held(folder):
        return "running"
    return record.status if record else "planned"


def read_sweep(folder: Path) -> dict[str, Any] | None:
    """Return what a sweep recorded of itself; None if there is no sweep. Raises DataError."""
    path = folder / SWEEP
    try:
        record = decode(path.read_bytes())
    except FileNotFoundError:
        return None
    if record is None:
        raise DataError(f"{path}: is damaged; running the sweep again writes it anew")
    if not _is_sweep(record):
        raise DataError(f"{path}: not the record of a sweep, or of another version's")
    return record


def _is_sweep(record: dict[str, Any]) -> bool:
    """Whether a record has what is needed to follow a sweep's runs."""
    runs = record.get("runs")
    if not isinstance(runs, list) or not {"id", "name", "time", "tracking"} <= record.keys():
        return False
    return all(isinstance(run, dict) and {"name", "identity"} <= run.keys() for run in runs)


def run_folders(outputs: Path) -> list[Path]:
    """Return the folders of all runs, those that a rerun has put aside included."""
    return sorted(path.parent for path in outputs.glob(f"{RUNS}/*/{JOURNAL}"))


def sweep_folders(outputs: Path) -> list[Path]:
    """Return the folders of all sweeps, the first begun first, before them what is damaged."""

    def begun(folder: Path) -> float:
        try:
            record = read_sweep(folder)
        except DataError:
            return 0.0
        return float(record["time"]) if record else 0.0

    return sorted((path.parent for path in outputs.glob(f"{SWEEPS}/*/{SWEEP}")), key=begun)
