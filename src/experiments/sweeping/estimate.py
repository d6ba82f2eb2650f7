"""About how long a run takes: the images that it handles, times the measured seconds per image."""

import statistics
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np

from experiments.configuration import Experiment
from experiments.examples import Split
from experiments.running import Job, kernel
from experiments.training import Descent, descend, evaluate

SAMPLE = 5000
"""The most images that are trained on or evaluated for a measurement."""
LEAST_REPEATS, LEAST_SECONDS = 3, 0.1
"""A measurement is repeated so often, and for so long, because a short one varies."""
MOST_SECONDS = 1.0
"""A measurement that has taken so long is not repeated."""
RECORDING = 0.01
"""Seconds to record an epoch: its line in the journal and its checkpoint, safe on a usual SSD."""


@dataclass(frozen=True)
class Images:
    """The numbers of images of the three splits."""

    train: int
    validation: int
    test: int

    @classmethod
    def of(cls, experiment: Experiment) -> "Images":
        """Return the numbers for an experiment, from its data."""
        dataset = experiment.dataset
        files = dataset.files()
        available = len(files.train_labels) - dataset.validation_size
        return cls(dataset.train_size or available, dataset.validation_size, len(files.test_labels))

    @property
    def bits(self) -> tuple[int, int, int]:
        """The lengths of the numbers in bits: numbers of the same length differ up to twofold."""
        return self.train.bit_length(), self.validation.bit_length(), self.test.bit_length()


@dataclass(frozen=True)
class Speed:
    """The seconds that an image takes in training, and in an evaluation."""

    training: float
    evaluation: float


def seconds_left(
    images: Images,
    speed: Speed,
    *,
    epochs: int,
    score_test: bool = True,
    test_curve: bool = False,
) -> float:
    """Return the seconds that a run takes which has this number of epochs left.

    After each epoch the training and the validation set are evaluated, and with ``test_curve`` the
    test set. At the end the test set is
    evaluated twice, after the last and the best epoch, if ``score_test``, and the validation set
    once. Starting the program and reading the data are not included.
    """
    trained = images.train * speed.training
    seen = images.train + images.validation + (images.test if test_curve else 0)
    evaluated = seen * speed.evaluation
    end = ((2 * images.test if score_test else 0) + images.validation) * speed.evaluation
    return epochs * (trained + evaluated + RECORDING) + end


def work_kind(job: Job, data: Hashable) -> Hashable:
    """Return the kind of work of a job: jobs of the same kind take about as long.

    ``data`` is the size of its data, as far as that matters.
    """
    experiment = job.experiment
    kinds = map(type, (experiment.activation, experiment.loss, experiment.optimizer))
    parts = (experiment.batch_size, experiment.dtype, experiment.backend)
    return (tuple(experiment.sizes), *parts, data, *kinds)


def measure_speed(
    job: Job,
    images: Images,
    *,
    together: int = 1,
    clock: Callable[[], float] = time.perf_counter,
) -> Speed:
    """Measure the speed of a job on images of noise, with ``together`` such runs in lockstep.

    Training and evaluation have samples of their own. The validation set is often far larger than
    the training set, and a call for few images takes most of its time for other things.
    """
    experiment = job.experiment
    rng = np.random.default_rng(0)
    trained = _noise(experiment, min(images.train, SAMPLE), rng)
    evaluated = _noise(experiment, min(max(images.train, images.validation), SAMPLE), rng)
    begun = [job.initialise() for _ in range(together)]
    network, _ = begun[0]
    compiled = kernel(experiment, network, trained)

    def train() -> None:
        descents = [
            Descent(
                own_network,
                trained,
                experiment.batch_size,
                rng,
                optimizer=experiment.optimizer,
                progress=progress,
                rate=experiment.optimizer.learning_rate,
                decay=experiment.l2 / images.train,
                kernel=compiled,
            )
            for own_network, progress in begun
        ]
        for _, progress in begun:
            progress.batches = 0
        descend(descents, stop=lambda: False)

    def score() -> None:
        evaluate(network, evaluated, penalty=experiment.l2 / (2 * images.train))

    with np.errstate(all="ignore"):
        return Speed(
            training=typical_seconds(train, clock) / (together * len(trained)),
            evaluation=typical_seconds(score, clock) / len(evaluated),
        )


def typical_seconds(
    work: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the median time of ``work``, without its first time, which allocates memory.

    Work that takes longer than `MOST_SECONDS` is done once only.
    """
    times: list[float] = []
    while sum(times) < MOST_SECONDS and (len(times) <= LEAST_REPEATS or sum(times) < LEAST_SECONDS):
        start = clock()
        work()
        times.append(clock() - start)
    return statistics.median(times[1:] or times)


def _noise(experiment: Experiment, n: int, rng: np.random.Generator) -> Split:
    labels = rng.integers(experiment.sizes[-1], size=n)
    pixels = rng.random((n, experiment.sizes[0]), np.float32).astype(experiment.dtype)
    return Split(pixels, labels, np.eye(experiment.sizes[-1], dtype=experiment.dtype)[labels])
