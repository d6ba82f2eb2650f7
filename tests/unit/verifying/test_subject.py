"""The subject: the network of a run, its first training images, mini-batches."""

from pathlib import Path

import jobs
import numpy as np
import pytest

from experiments.recording import Certificate
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
        found = subject.batch(number)
        rows = slice(number * BATCH, number * BATCH + BATCH)
        np.testing.assert_array_equal(found.images, train.images[rows])
        np.testing.assert_array_equal(found.labels, train.labels[rows])
        np.testing.assert_array_equal(found.targets, train.targets[rows])
    np.testing.assert_array_equal(subject.examples.labels, train.labels[: BATCH * BATCHES])


def test_with_few_images_the_first_ones_are_used_again(tmp_path: Path) -> None:
    data = jobs.dataset(tmp_path / "data", train_size=12)
    subject = Subject.of(jobs.experiment(tmp_path / "data", dataset=data), {})
    assert [len(subject.batch(number)) for number in range(BATCHES)] == [10, 2, 10]
    np.testing.assert_array_equal(subject.batch(2).images, subject.batch(0).images)


def test_a_gradient_is_that_of_its_mini_batch(tmp_path: Path) -> None:
    subject = Subject.of(jobs.experiment(tmp_path / "data", l2=0.0), {})
    first, second = subject.gradient(0), subject.gradient(1)
    assert not np.allclose(first, second)
    subject.network.backward(subject.batch(0).images, subject.batch(0).targets)
    np.testing.assert_allclose(subject.network.gradient, first, atol=1e-15)


def test_cost_and_gradient_have_the_penalty_of_the_training_on_all_images(tmp_path: Path) -> None:
    """There are 40 training images, of which ten are a mini-batch here."""
    without, subject = (
        Subject.of(jobs.experiment(tmp_path / "data", l2=each), {}) for each in (0.0, 8.0)
    )
    n = subject.network.n_weights
    weights = subject.network.parameters[:n]
    assert subject.penalty == 8 / (2 * 40)
    assert subject.cost() - without.cost() == pytest.approx(0.1 * float(weights @ weights))
    added = subject.gradient(0) - without.gradient(0)
    np.testing.assert_allclose(added[:n], 0.2 * weights, atol=1e-15)
    assert not added[n:].any()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_certificate_is_that_of_the_run(tmp_path: Path, dtype: str) -> None:
    job = jobs.job(tmp_path, dtype=dtype, seed=3)
    (recorded,) = (each for each in jobs.do(job) if isinstance(each, Certificate))
    found = Subject.of(job.experiment, {}).certificate
    assert found.errors == recorded.errors
    assert found.examples == recorded.examples == 16
