"""Evaluation: cost, accuracy and confusion matrix of a network that was trained on MNIST."""

import networks
import numpy as np
import pytest
from idx_files import idx_dataset
from trainings import training

from experiments.configuration import PROJECT
from experiments.examples import Dataset, Split
from experiments.training import EpochMetrics, confusion_matrix, constant_guess
from nn import SGD, LeCunNormal, Network, Output, QuadraticCost, Sigmoid


def network(*sizes: int) -> Network:
    return networks.network(
        sizes,
        activation=Sigmoid(),
        loss=QuadraticCost(Output.sigmoid),
        initializer=LeCunNormal(0.0),
        dtype=np.float32,
    )


@pytest.fixture(scope="module")
def mnist() -> Dataset:
    source = idx_dataset(PROJECT / "data" / "mnist", train_size=1000, validation_size=2000)
    return source.load(np.float32)


@pytest.fixture(scope="module")
def learned(mnist: Dataset) -> tuple[Network, EpochMetrics]:
    """Nielsen's network after a few epochs, and the metrics of the last."""
    net = network(784, 30, 10)
    *_, last = training(net, mnist, optimizer=SGD(3.0), epochs=8, batch_size=10)
    return net, last


def test_mnist_is_learned(learned: tuple[Network, EpochMetrics]) -> None:
    _, last = learned
    assert last.epoch == 8
    assert last.train.accuracy > 0.9
    assert last.validation.accuracy > 0.8
    assert last.validation.cost < 0.2


def test_evaluation_is_the_mean_over_every_example(
    mnist: Dataset, learned: tuple[Network, EpochMetrics]
) -> None:
    net, last = learned
    (w1, w2), (b1, b2) = net.weights, net.biases
    for measured, examples in ((last.train, mnist.train), (last.validation, mnist.validation)):
        hidden = 1 / (1 + np.exp(-(examples.images @ w1 + b1)))
        outputs = 1 / (1 + np.exp(-(hidden @ w2 + b2)))
        cost = 0.5 * np.mean(np.sum((outputs - examples.targets) ** 2, axis=1, dtype=float))
        assert measured.cost == measured.loss == pytest.approx(cost, rel=1e-5)
        correct = outputs.argmax(axis=1) == examples.labels
        assert np.array_equal(measured.correct, correct)
        assert measured.accuracy == np.mean(correct)


def test_a_confusion_matrix_counts_every_example(
    mnist: Dataset, learned: tuple[Network, EpochMetrics]
) -> None:
    net, last = learned
    matrix = confusion_matrix(net, mnist.validation)
    predicted = net.predict(mnist.validation.images).argmax(axis=1)
    expected = np.zeros((10, 10), int)
    for label, prediction in zip(mnist.validation.labels, predicted, strict=True):
        expected[label, prediction] += 1
    assert np.array_equal(matrix, expected)
    assert not np.array_equal(matrix, matrix.T)
    assert np.trace(matrix) / len(mnist.validation) == last.validation.accuracy


def test_the_constant_guess_is_the_most_frequent_class_of_the_training_images() -> None:
    train, test = labelled([2, 1, 1, 0, 2, 1]), labelled([0, 1, 2, 2, 2])
    assert constant_guess(train, test) == 1 / 5
    assert constant_guess(test, train) == 2 / 6
    assert constant_guess(labelled([0, 0]), labelled([2])) == 0
    assert constant_guess(labelled([2, 1]), test) == 1 / 5  # the first of equally frequent ones


def labelled(labels: list[int]) -> Split:
    """Return examples with these labels."""
    return Split(np.ones((len(labels), 6)), np.array(labels), np.eye(3)[labels])


def test_a_confusion_matrix_has_rows_for_classes_without_examples() -> None:
    one = Split(np.ones((1, 6), np.float32), np.array([0]), np.eye(3, dtype=np.float32)[[0]])
    matrix = confusion_matrix(network(6, 3), one)
    assert matrix.shape == (3, 3)
    assert matrix[0].sum() == matrix.sum() == 1
