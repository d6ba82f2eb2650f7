"""The status of a run: planned, running, or how it ended."""

from enum import StrEnum


class Status(StrEnum):
    """The status of a run. A run ends as finished, diverged, failed or interrupted."""

    PLANNED = "planned"  # part of a sweep, without a record yet
    RUNNING = "running"  # a process works on it
    FINISHED = "finished"  # trained to its end
    DIVERGED = "diverged"  # a cost or a norm became NaN or infinite
    FAILED = "failed"  # an error in the program or the data stopped it
    INTERRUPTED = "interrupted"  # a signal, a full disk or a lost process stopped it
    DAMAGED = "damaged"  # its journal cannot be read

    @property
    def final(self) -> bool:
        """Return whether the same run again would end the same: it has finished or diverged."""
        return self in (Status.FINISHED, Status.DIVERGED)
