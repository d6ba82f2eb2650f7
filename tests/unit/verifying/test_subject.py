"""The subject: the network of a run, its first training images, mini-batches."""

from pathlib import Path

import jobs
import numpy as np

from experiments.training import initialise
from experiments.verifying import Subject
from experiments.verifying.subject import BATCH, BATCHES
from nn import SGD


def test_the_network_is_that_of_the_run_with_moved_biases(tmp_path: Path) -> None:
    experiment = jobs.experiment(tmp_path / "data", dtype="float32")
    subject = Subject.of(experiment, {"sgd": SGD(0.1)})
    net, _ = initialise(
        sizes=experiment.sizes,
        activation=experiment.activation,
        loss=experiment.loss,
        initializer=experiment.initializer,
        optimizer=experiment.optimizer,
        seed=experiment.seed,
        dtype="float64",
    )
    for ours, initial in zip(subject.network.weights, net.weights, strict=True):
        np.testing.assert_array_equal(ours, initial)
    for ours, initial in zip(subject.network.biases, net.biases, strict=True):
        assert (np.abs(ours - initial) > 0).all()
        assert (np.abs(ours - initial) <= 1e-3).all()


def test_the_examples_are_the_first_training_images(tmp_path: Path) -> None:
    experiment = jobs.experiment(tmp_path / "data")
    train = experiment.dataset.load("float64").train
    subject = Subject.of(experiment, {})
    for number in range(BATCHES):
        images, targets = subject.batch(number)
        rows = slice(number * BATCH, number * BATCH + BATCH)
        np.testing.assert_array_equal(images, train.images[rows])
        np.testing.assert_array_equal(targets, train.targets[rows])
    np.testing.assert_array_equal(subject.examples.labels, train.labels[: BATCH * BATCHES])


def test_with_few_images_the_first_ones_are_used_again(tmp_path: Path) -> None:
    data = jobs.dataset(tmp_path / "data", train_size=12)
    subject = Subject.of(jobs.experiment(tmp_path / "data", dataset=data), {})
    assert [len(subject.batch(number)[0]) for number in range(BATCHES)] == [10, 2, 10]
    np.testing.assert_array_equal(subject.batch(2)[0], subject.batch(0)[0])


def test_a_gradient_is_that_of_its_mini_batch(tmp_path: Path) -> None:
    subject = Subject.of(jobs.experiment(tmp_path / "data"), {})
    first, second = subject.gradient(0), subject.gradient(1)
    assert not np.array_equal(first, second)
    subject.network.backward(*subject.batch(0))
    np.testing.assert_array_equal(subject.network.gradient, first)
