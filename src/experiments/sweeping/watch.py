"""The progress of a whole sweep: the runs that are left, and how long they take."""

import time
from collections.abc import Hashable, Sequence
from contextlib import suppress

from experiments.errors import DataError
from experiments.recording import Event, Record, read_record
from experiments.running import Job
from experiments.sweeping.estimate import Images, measure_speed, seconds_left, work_kind
from experiments.sweeping.workers import Crew
from experiments.terminal import Display, Expected, WholeSweep


class Watch:
    """Shows the progress of a whole sweep on a display.

    ``settled`` is the number of runs that need not be done, and ``stage`` is that of `WholeSweep`.
    """

    def __init__(self, workers: Crew, display: Display, *, settled: int, stage: str = "") -> None:
        self._workers = workers
        self._display = display
        self._jobs = {job.identity: job for job in workers.jobs}
        self._expected = {job.identity: expected(job) for job in workers.jobs}
        self._whole = WholeSweep(
            list(self._expected.values()),
            settled=settled,
            processes=workers.processes,
            at_once=workers.at_once,
            stage=stage,
        )
        display.watch(self._whole)

    def show(self, events: Sequence[tuple[Job, Event]]) -> None:
        """Show events of the runs, and the progress of the sweep at this time."""
        self._whole.begin([[job.identity for job in group] for group in self._workers.running])
        for job, event in events:
            pace = self._whole.seconds_per_epoch(job.identity)
            self._whole.show(job.identity, event)
            pace = self._whole.seconds_per_epoch(job.identity) or pace
            run = self._expected[job.identity]
            self._display.show(job.name, run.epochs, event, pace, may_end=run.may_end)
        self._display.refresh()

    def estimate(self) -> None:
        """Measure the speed of one kind of run that is not known yet, if anybody sees the display.

        It takes about a second, while the workers train. So it counts processor seconds. Compiled
        code is not measured, because it may have to be compiled first.
        """
        identity = self._whole.unknown() if self._display.is_live else None
        if identity is None:
            return
        job, seconds = self._jobs[identity], None
        if job.experiment.backend == "numpy":
            with suppress(Exception):  # the job itself reports what is wrong with it
                seconds = self._seconds_per_epoch(job)
        self._whole.guess(_kind(job), seconds)
        self._display.refresh()

    def _seconds_per_epoch(self, job: Job) -> float:
        together = [len(group) for group in self._workers.running if job in group]
        images = Images.of(job.experiment)
        speed = measure_speed(
            job, images, together=max(together, default=1), clock=time.process_time
        )
        curve = job.experiment.test_curve
        one, none = (
            seconds_left(images, speed, epochs=epochs, test_curve=curve) for epochs in (1, 0)
        )
        return one - none


def expected(job: Job) -> Expected:
    """Return the epochs that a job has, and those that its record has already."""
    record = None
    with suppress(DataError):  # the job itself reports the damage
        record = read_record(job.folder)
    return expected_after(job, record)


def expected_after(job: Job, record: Record | None) -> Expected:
    """Return the epochs that a job has, given its record."""
    experiment = job.experiment
    accuracies = record.validation_accuracies if record is not None and not job.rerun else []
    complete, trained = len(accuracies), experiment.is_trained(accuracies)
    return Expected(
        job.identity,
        _kind(job),
        epochs=complete if trained else experiment.epochs,
        complete=complete,
        may_end=experiment.schedule.may_end and not trained,
    )


def _kind(job: Job) -> Hashable:
    data, curve = job.experiment.dataset, job.experiment.test_curve
    return work_kind(job, (data.root, data.train_size, data.validation_size, curve))
