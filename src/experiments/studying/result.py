"""The result of a run, as far as a study chooses by it."""

from dataclasses import dataclass

from experiments.recording import Record, Status

ACCURACY = "validation/accuracy"


@dataclass(frozen=True)
class Result:
    """The accuracy on validation after the last epoch, and the epochs that a run has cost.

    A run that diverged has the accuracy of guessing, and has cost all of its epochs.
    """

    identity: str
    accuracy: float
    epochs: int

    @classmethod
    def of(cls, record: Record) -> "Result":
        """Return the result of a run that has finished or diverged."""
        config = record.start.config
        if record.status is Status.DIVERGED:
            return cls(record.start.identity, 1 / config.architecture.sizes[-1], config.epochs)
        accuracy = record.epochs[-1].metrics[ACCURACY]
        return cls(record.start.identity, accuracy, len(record.epochs))
