"""The metrics of the test set after an epoch, by the formulas."""

from pathlib import Path

import jobs
import numpy as np
import pytest

from experiments.running.curve import curve_metrics
from experiments.training import DivergenceError


def test_cost_loss_and_accuracy_are_those_of_the_test_set(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, test_curve=True, l2=3.0)
    network, _ = job.initialise()
    dataset = job.experiment.dataset.load(job.experiment.dtype)
    found = curve_metrics(job.experiment, network, dataset, 1)
    logits = network.logits(dataset.test.images)
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    right = shares[np.arange(jobs.TEST_N), dataset.test.labels]
    loss = -np.log(right).mean()
    squares = sum(float(np.sum(w**2)) for w in network.weights)
    assert found == pytest.approx(
        {
            "test_curve/cost": loss + 3.0 / (2 * len(dataset.train)) * squares,
            "test_curve/loss": loss,
            "test_curve/accuracy": np.mean(logits.argmax(axis=1) == dataset.test.labels),
        }
    )


def test_without_the_option_the_test_set_is_not_looked_at(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    network, _ = job.initialise()
    dataset = job.experiment.dataset.load(job.experiment.dtype)
    assert curve_metrics(job.experiment, network, dataset, 1) == {}


def test_a_cost_that_is_not_finite_is_a_divergence_in_its_epoch(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, test_curve=True)
    network, _ = job.initialise()
    network.parameters[:] = 1e200  # its penalty is infinite
    dataset = job.experiment.dataset.load(job.experiment.dtype)
    with pytest.raises(DivergenceError, match=r"in epoch 7$"):
        curve_metrics(job.experiment, network, dataset, 7)
