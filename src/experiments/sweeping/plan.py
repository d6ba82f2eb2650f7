"""`plan=true`: the runs that a command would do, and about how long they would take."""

import os
import time
from collections.abc import Sequence

import numpy as np
from rich.console import Console

from experiments.configuration import Experiment
from experiments.errors import DataError
from experiments.examples import Split, minibatches
from experiments.recording import Status, read_record, run_status
from experiments.running import Job
from experiments.sweeping.prepare import distinct
from experiments.terminal import duration, name_cell, runs_table, status_cell
from experiments.training import descend, evaluate

SAMPLE = 5000
"""Images of the sample that the estimate is measured with."""


def plan(jobs: Sequence[Job], *, processes: int) -> None:
    """Print the runs, their status, and an estimate of the time that the rest of them takes."""
    unique, messages = distinct(jobs)
    table = runs_table(words=("identity", "status"), numbers=("epochs", "time left"))
    epoch_seconds: dict[tuple[object, ...], float] = {}
    seconds_left = []
    for job in unique:
        status, done, epochs_left = _remaining(job)
        seconds = epochs_left * _seconds_per_epoch(job, epoch_seconds) if epochs_left else 0.0
        seconds_left.append(seconds)
        table.add_row(
            name_cell(job.name),
            job.identity,
            status_cell(status),
            f"{done}/{job.experiment.epochs}",
            duration(seconds) if epochs_left else "",
        )
    console = Console(highlight=False)
    console.print(table)
    for message in messages:
        console.print(message, soft_wrap=True)
    total = total_seconds(seconds_left, processes=processes)
    to_do = sum(seconds > 0 for seconds in seconds_left)
    console.print(
        f"{to_do} of {len(unique)} runs to do, {processes} at a time: about {duration(total)}."
        " Nothing was trained.",
        soft_wrap=True,
    )


def total_seconds(seconds: Sequence[float], *, processes: int) -> float:
    """Return an estimate of the time that runs take together, given the seconds of each.

    More processes than processors make it no faster. The total is at least the longest run.
    """
    at_once = min(processes, os.cpu_count() or 1)
    return max(sum(seconds) / at_once, *seconds)


def _remaining(job: Job) -> tuple[Status, int, int]:
    """Return the status of a job, its complete epochs, and the number of epochs left."""
    try:
        record = read_record(job.folder)
    except DataError:
        return Status.DAMAGED, 0, 0
    status = run_status(job.folder, record)
    done = len(record.epochs) if record else 0
    if job.is_settled(record):
        return status, done, 0
    if job.rerun:
        done = 0
    return status, done, job.experiment.epochs - done


def _seconds_per_epoch(job: Job, known: dict[tuple[object, ...], float]) -> float:
    """Return the estimate for a job; ``known`` are those of jobs that do the same work."""
    experiment = job.experiment
    kinds = map(type, (experiment.activation, experiment.loss, experiment.optimizer))
    sizes = tuple(experiment.sizes)
    key = (sizes, experiment.batch_size, experiment.dtype, *_image_counts(experiment), *kinds)
    if key not in known:
        known[key] = estimate_epoch(job)
    return known[key]


def estimate_epoch(job: Job) -> float:
    """Return about how many seconds an epoch takes, measured on images of noise."""
    experiment = job.experiment
    train_images, validation_images = _image_counts(experiment)
    n = min(train_images, SAMPLE)
    rng = np.random.default_rng(0)
    noise = _noise(experiment, n, rng)
    network, progress = job.initialise()
    batches = minibatches(noise, experiment.batch_size, rng=rng)
    optimizer = experiment.optimizer
    with np.errstate(all="ignore"):
        start = time.perf_counter()
        descend(
            network,
            batches,
            optimizer,
            progress,
            optimizer.learning_rate,
            decay=experiment.l2 / train_images,
            stop=lambda: False,
        )
        trained = time.perf_counter()
        evaluate(network, noise, penalty=experiment.l2 / (2 * train_images))
        evaluated = time.perf_counter()
    per_image = (trained - start) / n
    per_evaluated_image = (evaluated - trained) / n
    return per_image * train_images + per_evaluated_image * (train_images + validation_images)


def _noise(experiment: Experiment, n: int, rng: np.random.Generator) -> Split:
    labels = rng.integers(experiment.sizes[-1], size=n)
    pixels = rng.random((n, experiment.sizes[0]), np.float32).astype(experiment.dtype)
    return Split(pixels, labels, np.eye(experiment.sizes[-1], dtype=experiment.dtype)[labels])


def _image_counts(experiment: Experiment) -> tuple[int, int]:
    """Return the numbers of training and validation images."""
    dataset = experiment.dataset
    available = len(dataset.files().train_labels) - dataset.validation_size
    return dataset.train_size or available, dataset.validation_size
