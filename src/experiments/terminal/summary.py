"""The table that ends a sweep: one line per run."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table

from experiments.recording import Record, Status
from experiments.terminal.style import name_cell, runs_table, status_cell


@dataclass(frozen=True)
class RunSummary:
    """One line of the table. Accuracies are None if the run has none."""

    name: str
    status: Status
    epochs: int
    validation_accuracies: tuple[float, ...]  # one per epoch
    test_accuracy: float | None
    seconds: float

    @classmethod
    def of(cls, name: str, record: Record) -> "RunSummary":
        """Return the summary of a record."""
        test = record.end.metrics if record.end else {}
        return cls(
            name=name,
            status=record.status,
            epochs=len(record.epochs),
            validation_accuracies=tuple(record.validation_accuracies),
            test_accuracy=test.get("test/accuracy"),
            seconds=record.seconds,
        )

    @property
    def validation_accuracy(self) -> float | None:
        """The accuracy after the last epoch."""
        return self.validation_accuracies[-1] if self.validation_accuracies else None


def summary_table(runs: Sequence[RunSummary]) -> Table:
    """Return the table of the runs."""
    numbers = ("epochs", "validation", "test", "seconds")
    table = runs_table(words=("status",), numbers=numbers)
    for run in runs:
        table.add_row(
            name_cell(run.name),
            status_cell(run.status),
            str(run.epochs),
            percentage(run.validation_accuracy),
            test_cell(run.status, run.test_accuracy),
            f"{run.seconds:.1f}" if run.seconds else "",
        )
    return table


def test_cell(status: Status, accuracy: float | None) -> str:
    """Return an accuracy on the test set in per cent; `closed` if a finished run has none."""
    closed = status is Status.FINISHED and accuracy is None
    return "closed" if closed else percentage(accuracy)


def percentage(accuracy: float | None) -> str:
    """Return an accuracy in per cent; nothing if there is none."""
    return "" if accuracy is None else f"{accuracy:.2%}"
