"""`plan=true`: the runs that a command would do, and about how long they would take."""

from collections.abc import Hashable, Sequence

from rich.console import Console

from experiments.errors import DataError
from experiments.processors import usable_processors
from experiments.recording import Status, read_record, run_status
from experiments.running import Job
from experiments.sweeping.estimate import Images, Speed, measure_speed, seconds_left, work_kind
from experiments.sweeping.prepare import distinct, notices
from experiments.sweeping.watch import expected, expected_after
from experiments.terminal import name_cell, runs_table, status_cell, time_left


def plan(jobs: Sequence[Job], *, processes: int) -> float:
    """Print the runs, their status, and an estimate of the seconds of the rest; return that."""
    unique, messages = distinct(jobs)
    messages += notices(jobs)
    table = runs_table(words=("identity", "status"), numbers=("epochs", "time left"))
    speeds: dict[Hashable, Speed] = {}
    left = []
    may_end = False
    for job in unique:
        status, done, epochs_left = _remaining(job)
        run = expected(job)
        may_end |= run.may_end and epochs_left is not None
        seconds = None if epochs_left is None else _seconds_left(job, epochs_left, speeds)
        left.append(seconds)
        table.add_row(
            name_cell(job.name),
            job.identity,
            status_cell(status),
            f"{done}/{run.epochs}",
            "" if seconds is None else time_left(seconds, may_end=run.may_end),
        )
    console = Console(highlight=False)
    console.print(table)
    for message in messages:
        console.print(message, soft_wrap=True)
    to_do = [seconds for seconds in left if seconds is not None]
    total = total_seconds(to_do, processes=processes)
    at_a_time = f"{processes} process{'' if processes == 1 else 'es'} at a time"
    about = "" if may_end else "about "
    console.print(
        f"{len(to_do)} of {len(unique)} runs to do, {at_a_time}:"
        f" {about}{time_left(total, may_end=may_end)}, and some seconds to start."
        " Nothing was trained.",
        soft_wrap=True,
    )
    return total


def run_seconds(jobs: Sequence[Job]) -> list[float]:
    """Return an estimate of the seconds of each job, from its first epoch to its last."""
    speeds: dict[Hashable, Speed] = {}
    return [_seconds_left(job, job.experiment.epochs, speeds) for job in jobs]


def total_seconds(seconds: Sequence[float], *, processes: int) -> float:
    """Return an estimate of the time that runs take together, given the seconds of each.

    More processes than processors make it no faster. The total is at least the longest run.
    """
    at_once = min(processes, usable_processors())
    return max(sum(seconds) / at_once, *seconds, 0.0)


def _remaining(job: Job) -> tuple[Status, int, int | None]:
    """Return the status of a job, its complete epochs, and the number of epochs left.

    The last is None if the job will not be done: it is settled, or its record is damaged.
    """
    try:
        record = read_record(job.folder)
    except DataError:
        return Status.DAMAGED, 0, None
    status = run_status(job.folder, record)
    done = len(record.epochs) if record else 0
    if job.is_settled(record):
        return status, done, None
    if job.rerun:
        done = 0
    return status, done, expected_after(job, record).epochs - done


def _seconds_left(job: Job, epochs: int, speeds: dict[Hashable, Speed]) -> float:
    images = Images.of(job.experiment)
    speed = _speed(job, images, speeds)
    return seconds_left(
        images,
        speed,
        epochs=epochs,
        score_test=job.score_test,
        test_curve=job.experiment.test_curve,
    )


def _speed(job: Job, images: Images, known: dict[Hashable, Speed]) -> Speed:
    """Return the speed of a job; ``known`` are those of jobs that do about the same work."""
    key = work_kind(job, images.bits)
    if key not in known:
        known[key] = measure_speed(job, images)
    return known[key]
