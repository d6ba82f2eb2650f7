"""What a command would do, and about how long that would take: `plan=true`."""

import os
import time
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.configuration.config import Experiment
from experiments.data.dataset import Split, minibatches
from experiments.errors import DataError
from experiments.recording.record import Record, read, state
from experiments.running.job import Job
from experiments.sweeping.sweep import distinct
from experiments.terminal.display import STYLES, clock
from experiments.training.train import begin, descend, evaluate

SAMPLE = 5000
"""Images in the sample that the estimate is measured on."""


def plan(jobs: Sequence[Job], *, processes: int) -> None:
    """Print the runs, how each stands, and an estimate of the time for what is left of them."""
    distinct_jobs, remarks = distinct(jobs)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run")
    for column in ("identity", "stands"):
        table.add_column(column, no_wrap=True)
    for column in ("epochs", "left to do"):
        table.add_column(column, justify="right", no_wrap=True)
    times: dict[tuple[object, ...], float] = {}
    lefts = []
    for job in distinct_jobs:
        status, done, left = _standing(job, times)
        lefts.append(left)
        table.add_row(
            Text(job.name, no_wrap=True, overflow="ellipsis"),  # only this gives way
            job.identity,
            Text(status, STYLES.get(status, "")),
            f"{done}/{job.experiment.epochs}",
            clock(left) if left else "",
        )
    console = Console(highlight=False)
    console.print(table)
    for remark in remarks:
        console.print(remark, soft_wrap=True)
    at_once = min(processes, os.cpu_count() or 1)
    total = max(sum(lefts) / at_once, *lefts)
    to_do = sum(left > 0 for left in lefts)
    console.print(
        f"{to_do} of {len(distinct_jobs)} runs to do, {processes} at a time: about {clock(total)}."
        " Nothing was trained.",
        soft_wrap=True,
    )


def _standing(job: Job, times: dict[tuple[object, ...], float]) -> tuple[str, int, float]:
    """Return how a run stands, its epochs done, and the seconds left.

    ``times`` are those of an epoch, by what decides them, as far as they are known.
    """
    try:
        record = read(job.folder)
    except DataError:
        return "damaged", 0, 0.0
    status = state(job.folder, record)
    record = record or Record()
    if job.settled(record):
        return status, len(record.epochs), 0.0
    done = 0 if job.rerun else len(record.epochs)
    experiment = job.experiment
    key = (
        *(tuple(experiment.sizes), experiment.batch_size, experiment.dtype, _images(experiment)),
        *map(type, (experiment.activation, experiment.loss, experiment.optimizer)),
    )
    if key not in times:
        times[key] = seconds_per_epoch(experiment)
    return status, done, times[key] * (experiment.epochs - done)


def seconds_per_epoch(experiment: Experiment) -> float:
    """Return about how long an epoch takes: measured on a few thousand images of noise."""
    train_images, validation_images = _images(experiment)
    n = min(train_images, SAMPLE)
    rng = np.random.default_rng(0)
    labels = rng.integers(experiment.sizes[-1], size=n)
    noise = Split(
        rng.random((n, experiment.sizes[0]), np.float32).astype(experiment.dtype),
        labels,
        np.eye(experiment.sizes[-1], dtype=experiment.dtype)[labels],
    )
    network, progress = begin(experiment)
    batches = minibatches(noise, experiment.batch_size, rng=rng)
    optimizer = experiment.optimizer
    with np.errstate(all="ignore"):
        start = time.perf_counter()
        descend(
            *(network, batches, optimizer, progress, optimizer.learning_rate),
            decay=experiment.l2 / train_images,
            stop=lambda: False,
        )
        descended = time.perf_counter()
        evaluate(network, noise, penalty=experiment.l2 / (2 * train_images))
        evaluated = time.perf_counter() - descended
    n_evaluated = train_images + validation_images
    return (descended - start) * train_images / n + evaluated * n_evaluated / n


def _images(experiment: Experiment) -> tuple[int, int]:
    """Return the numbers of training and validation images."""
    dataset = experiment.dataset
    available = len(dataset.files().train_labels) - dataset.validation_size
    return dataset.train_size or available, dataset.validation_size
