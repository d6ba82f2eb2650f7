"""The messages between clients, the scheduler and the workers of a cluster."""

from dataclasses import dataclass

from experiments.cluster.snapshot import Snapshot
from experiments.sweeping import LastMessage

TOPIC = "experiments"
"""The topic of the events about runs, in which workers say what they do."""
DATA = "data-"
"""The files of a data set are published under this word and their SHA-256."""
REFUSAL_PAUSE = 1.0
"""Seconds that a worker which must not do a run waits before the run goes to another one."""


@dataclass(frozen=True)
class Spec:
    """A run as a client submits it. A task gets everything else from here.

    ``token`` is of this submission, ``client`` of the client's process, ``job`` the packed job,
    ``known`` what is recorded at home, ``data`` the SHA-256 of the data.
    """

    identity: str
    token: str
    client: str
    job: bytes
    known: Snapshot
    data: str
    retries: int
    time_limit: float | None


@dataclass(frozen=True)
class Outcome:
    """The result of a task: the record of the run, or the reason of a refusal."""

    worker: str
    refusal: str
    last: LastMessage
    snapshot: Snapshot
