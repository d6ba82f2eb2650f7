"""The process that does runs for a Dask worker: `python -m experiments.cluster.runner DESCRIPTOR`.

Dask's workers may have no children by `multiprocessing`, and have imported NumPy before this
project could choose its kernels. So each has a runner: a process that is kept between runs, and
does each in a process of its own, as a sweep on one machine does.
"""

import dataclasses
import shutil
import signal
import sys
import time
from multiprocessing import connection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from experiments.cluster.agreement import unpacked
from experiments.cluster.commands import Answer, Command
from experiments.cluster.host_data import HostDataset, MissingDataError
from experiments.errors import UserError
from experiments.recording import Journal, Note, Status
from experiments.running import Job, made_elsewhere, processor, recorded_dataset
from experiments.sweeping import LastMessage, begin_process, record_end


def main(descriptor: int) -> None:
    """Do one command after the other, until the supervisor closes the connection."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides
    supervisor = Connection(descriptor)
    while True:
        try:
            command: Command = supervisor.recv()
            supervisor.send(_do(command, supervisor))
        except (EOFError, OSError):  # the worker has ended
            return


def _do(command: Command, supervisor: Connection) -> Answer:
    job, refusal = unpacked(command.job)
    if job is None:
        return Answer(refusal=refusal)
    sha256 = job.origin.data
    data = HostDataset.of(job.experiment.dataset, sha256)
    here = dataclasses.replace(
        job,
        outputs=Path(command.outputs),
        rerun=False,  # whatever is in the folder belongs to this start of the run
        experiment=dataclasses.replace(job.experiment, dataset=data),
    )
    if command.failure:
        record_end(here, LastMessage(Status.FAILED, command.failure))
        return Answer()
    try:
        data.load(job.experiment.dtype)
    except MissingDataError:
        return Answer(missing_data=sha256)
    except (UserError, OSError) as error:
        return Answer(last=LastMessage(Status.INTERRUPTED, f"{command.worker}: {error}"))
    elsewhere = made_elsewhere(here.folder, replace(job.origin, processor=processor()))
    if elsewhere:
        _begin_again(here, elsewhere)
    return Answer(last=_train(here, command, supervisor))


def _begin_again(job: Job, elsewhere: str) -> None:
    """Replace the record of a run by one that says why the run begins again.

    Epochs of another kind of processor have other bits, so no part of it can be continued.
    """
    shutil.rmtree(job.folder)
    dataset = job.experiment.dataset.load(job.experiment.dtype)
    message = f"begins again: its checkpoint was made on another kind of processor: {elsewhere}"
    with Journal(job.folder) as journal:
        journal.append(job.start(recorded_dataset(job, dataset)))
        journal.append(Note(message=message))


def _train(job: Job, command: Command, supervisor: Connection) -> LastMessage:
    """Do a run in a process of its own; return its last message, if the journal lacks its end."""
    worker = begin_process([job])
    deadline = None if command.time_limit is None else time.monotonic() + command.time_limit
    limit: LastMessage | None = None
    heard: list[Any] = [supervisor, worker.process.sentinel]
    while worker.process.is_alive():
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready = connection.wait(heard, timeout=left)
        if supervisor in ready:
            _receive_stop(supervisor)
            heard.remove(supervisor)  # a second one would change nothing
            worker.process.terminate()
        elif not ready:
            worker.process.kill()
            seconds = f"hydra.launcher.time_limit={command.time_limit:g} seconds"
            limit = LastMessage(Status.FAILED, f"took longer than {seconds} on {command.worker}")
            deadline = None
    worker.conclude(limit)
    (followed,) = worker.jobs
    return followed.last


def _receive_stop(supervisor: Connection) -> None:
    """Take the word of the supervisor. If it has ended, the run has to stop, too."""
    try:
        supervisor.recv()
    except (EOFError, OSError):
        return


if __name__ == "__main__":
    main(int(sys.argv[1]))
