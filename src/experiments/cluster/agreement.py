"""Compare a worker with the process that submitted a job: both must compute the same bits."""

import dataclasses
import pickle
from dataclasses import dataclass

import numpy as np

from experiments.configuration import one_line
from experiments.data import Files, IDXDataset
from experiments.errors import UserError
from experiments.running import Job, differences, origin

NOTHING = np.empty(0, np.uint8)


@dataclass(frozen=True)
class KnownData(IDXDataset):
    """A data set of which only the SHA-256 is known, as where the job was submitted."""

    known_sha256: str

    def files(self) -> Files:
        return Files(NOTHING, NOTHING, NOTHING, NOTHING, self.known_sha256)


def packed(job: Job) -> bytes:
    """Return a job as bytes for another machine."""
    return pickle.dumps(job)


def unpacked(packed: bytes) -> tuple[Job | None, str]:
    """Return the job, and why this process must not do it: then the job is None.

    The reason is one line. It names what differs between this process and the submitting one,
    except for the processor, which a checkpoint has to agree with, but not a run.
    """
    try:
        job: Job = pickle.loads(packed)  # noqa: S301 - whoever submits tasks may run any code
        found = differing(job)
    except UserError as error:
        return None, f"cannot do the job: {error}"
    except Exception as error:  # a class or a field is missing, or has another name
        return None, f"cannot read the job, because it has other code: {one_line(error)}"
    if found:
        return None, f"has other code or packages than the submitting side: {'; '.join(found)}"
    return job, ""


def refusal(packed: bytes) -> str:
    """Return why this process must not do a job; an empty text if it may."""
    return unpacked(packed)[1]


def differing(job: Job) -> list[str]:
    """Return the differences between the origin of a job and its origin in this process.

    Raise UserError if the code cannot be digested or the backend is missing.
    """
    data = job.experiment.dataset
    values = {field.name: getattr(data, field.name) for field in dataclasses.fields(IDXDataset)}
    known = KnownData(**values, known_sha256=job.origin.data)
    return differences(job.origin, origin(dataclasses.replace(job.experiment, dataset=known)))
