"""The messages between a Dask worker and its runner."""

from dataclasses import dataclass, field

from experiments.recording import Status
from experiments.sweeping import LastMessage

STOP = "stop"
"""The supervisor's message to a run that goes on: it writes a checkpoint and ends."""


@dataclass(frozen=True)
class Command:
    """A job for a runner, and the outputs folder with the record of the run so far.

    With a ``failure`` the run is not done: the text is recorded as its end. ``time_limit`` is in
    seconds, and ``worker`` the name of the worker for messages.
    """

    job: bytes
    outputs: str
    worker: str
    failure: str = ""
    time_limit: float | None = None


@dataclass(frozen=True)
class Answer:
    """The end of a command: it was refused, data were missing, or the run has ended.

    ``last`` is the message of the run's process about an end that it could not record.
    """

    refusal: str = ""
    missing_data: str = ""
    last: LastMessage = field(default_factory=lambda: LastMessage(Status.INTERRUPTED, ""))
