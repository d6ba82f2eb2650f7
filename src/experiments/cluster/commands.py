"""What a Dask worker and its runner tell each other."""

from dataclasses import dataclass, field

from experiments.recording import Status
from experiments.sweeping import LastMessage

STOP = "stop"
"""What the supervisor sends while a run goes on: the run ends after a checkpoint."""


@dataclass(frozen=True)
class Command:
    """What a runner has to do: a job, in an outputs folder that has what is known of the run.

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
    """How a command ended: refused, or data were missing, or what is not in the journal.

    ``last`` is the message of the run's process about an end that it could not record.
    """

    refusal: str = ""
    missing_data: str = ""
    last: LastMessage = field(default_factory=lambda: LastMessage(Status.INTERRUPTED, ""))
