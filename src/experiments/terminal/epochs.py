"""The number of epochs that a recorded run has, and whether its schedule may make them fewer."""

from dataclasses import dataclass

from experiments.configuration import recorded_schedule
from experiments.recording import Record


@dataclass(frozen=True)
class Epochs:
    """The epochs of a run: those that are complete, and all that it has.

    With ``may_end`` these are the most, because its schedule may end the training earlier.
    """

    complete: int
    total: int
    may_end: bool = False

    @classmethod
    def of(cls, record: Record) -> "Epochs":
        """Return the epochs of a recorded run. A schedule whose class is gone ends nothing."""
        complete, total = len(record.epochs), record.start.config.epochs
        schedule = recorded_schedule(record.start.config) if complete < total else None
        if schedule is None or not schedule.may_end:
            return cls(complete, total)
        if schedule.ended(record.validation_accuracies):
            return cls(complete, complete)
        return cls(complete, total, may_end=not record.final)

    @property
    def left(self) -> int:
        """The number of epochs that are left, if the schedule ends nothing."""
        return self.total - self.complete

    def __str__(self) -> str:
        """Return both numbers: `3/30`."""
        return f"{self.complete}/{self.total}"
