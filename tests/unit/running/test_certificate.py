"""The certificate of a run: made once, before the training, and decisive."""

import dataclasses
from pathlib import Path
from typing import Any

import jobs
import numpy as np
import pytest
import records

import nn
from experiments.errors import UserError
from experiments.recording import (
    Certificate,
    End,
    Epoch,
    Event,
    Follower,
    Resume,
    Start,
    Status,
    read_record,
)
from experiments.running import Job
from experiments.running.certificate import certify
from experiments.training import diagnose


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.job(tmp_path)


def recorded(job: Job) -> list[Event]:
    return list(Follower(job.folder).events())


class HalfSlope(nn.Sigmoid):
    """A sigmoid function with half of its derivative."""

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        super().multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, 0.5, delta)


class NoSlope(nn.Sigmoid):
    """A sigmoid function whose derivative is not a number."""

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        np.multiply(delta, np.nan, delta)


class Flipped(nn.Sigmoid):
    """A sigmoid function whose derivative has the wrong sign: each error is nearly two."""

    def multiply_by_derivative(self, delta: Any, a: Any, scratch: Any) -> None:
        super().multiply_by_derivative(delta, a, scratch)
        np.negative(delta, delta)


def wrong(job: Job, activation: nn.Activation | None = None) -> Job:
    experiment = dataclasses.replace(job.experiment, activation=activation or HalfSlope())
    return dataclasses.replace(job, experiment=experiment)


@pytest.mark.parametrize(
    ("activation", "words"),
    [(NoSlope(), "is wrong: it is not a number; "), (Flipped(), "is wrong: relative error 2, ")],
)
def test_a_gradient_that_is_not_a_number_is_no_large_error(
    job: Job, activation: nn.Activation, words: str
) -> None:
    with pytest.raises(UserError, match=f"the gradient of layer 1 {words}"):
        jobs.do(wrong(job, activation))
    certificate = next(each for each in recorded(job) if isinstance(each, Certificate))
    assert certificate.largest_error == pytest.approx(2, abs=0.1)


def test_the_certificate_has_the_errors_of_each_layer_and_the_initial_norms(job: Job) -> None:
    _, certificate, first, *_ = jobs.do(job)
    assert isinstance(certificate, Certificate)
    assert isinstance(first, Epoch)
    assert certificate.passed
    assert len(certificate.errors) == 2
    assert 0 < certificate.largest_error < certificate.tolerance
    network, _ = job.initialise()
    metrics = diagnose(network, job.experiment.dataset.load("float64").validation)
    assert certificate.error_norms == [metrics["error_norm/1"], metrics["error_norm/2"]]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_certificate_depends_on_the_seed_of_the_run_alone(tmp_path: Path, dtype: str) -> None:
    made = []
    for seed in (0, 0, 1):
        job = jobs.job(tmp_path, dtype=dtype, seed=seed)
        data = job.experiment.dataset.load(dtype)
        made.append(certify(job.experiment, job.initialise()[0], data))
    assert made[0] == made[1] != made[2]


def test_a_wrong_gradient_fails_the_run_before_it_trains(tmp_path: Path) -> None:
    job = wrong(jobs.job(tmp_path, l2=0.0))
    message = r"^the gradient of layer 1 is wrong: relative error 0\.5, tolerance 1e-05"
    with pytest.raises(UserError, match=message):
        jobs.do(job, interruption=jobs.StopAfter(0))  # no mini-batch is asked for
    start, certificate, end = recorded(job)
    assert isinstance(start, Start)
    assert isinstance(certificate, Certificate)
    assert certificate.wrong_layer == 1
    assert isinstance(end, End)
    assert end.status is Status.FAILED
    assert end.message.startswith("the gradient of layer 1 is wrong")
    with pytest.raises(UserError, match=r"done before; failed: the gradient of layer 1 is wrong"):
        jobs.do(job)
    assert len(recorded(job)) == 3


def test_a_run_that_is_tried_again_is_checked_again(job: Job) -> None:
    with pytest.raises(UserError, match="the gradient of layer 1 is wrong"):
        jobs.do(wrong(job))
    with pytest.raises(UserError, match="the gradient of layer 1 is wrong"):
        jobs.do(dataclasses.replace(wrong(job), retry=True))
    resume, certificate, *_, end = jobs.do(dataclasses.replace(job, retry=True))
    assert isinstance(resume, Resume)
    assert isinstance(certificate, Certificate)
    assert certificate.passed
    assert isinstance(end, End)
    assert end.status is Status.FINISHED
    record = read_record(job.folder)
    assert record is not None
    assert record.certificate == certificate


@pytest.mark.parametrize("batches", [0, 1, jobs.BATCHES + 1])
def test_a_resumed_run_is_not_checked_again(job: Job, batches: int) -> None:
    with pytest.raises(KeyboardInterrupt):
        jobs.do(job, interruption=jobs.StopAfter(batches))
    jobs.do(job)
    events = recorded(job)
    assert [isinstance(event, Certificate) for event in events].count(True) == 1
    assert isinstance(events[1], Certificate)


def test_a_record_without_a_certificate_continues(job: Job, tmp_path: Path) -> None:
    """As those of older versions do: the epochs that they have are not checked."""
    with pytest.raises(KeyboardInterrupt):
        jobs.do(job, interruption=jobs.StopAfter(jobs.BATCHES + 1))
    older = [event for event in recorded(job) if not isinstance(event, Certificate)]
    (job.folder / "journal.jsonl").unlink()
    records.write_journal(job.folder, *older)
    resume, *_, end = jobs.do(job)
    assert isinstance(resume, Resume)
    assert isinstance(end, End)
    assert end.status is Status.FINISHED
    record = read_record(job.folder)
    assert record is not None
    assert record.certificate is None


class Infinite(nn.LeCunNormal):
    """An initializer of which the biases overflow."""

    def biases(self, n_out: int, *, rng: np.random.Generator) -> Any:
        return np.full(n_out, np.inf)


def test_an_initial_cost_that_is_not_finite_is_a_divergence(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, activation=nn.Identity(), initializer=Infinite(0.0))
    _, certificate, end = jobs.do(job)
    assert isinstance(certificate, Certificate)
    assert (certificate.errors, certificate.error_norms) == ([], [])
    assert isinstance(end, End)
    assert end.status is Status.DIVERGED


@pytest.mark.parametrize("l2", [0.0, 0.1])
@pytest.mark.parametrize("optimizer", [nn.SGD(0.1), nn.Adam(0.01, 0.9, 0.999, 1e-8)], ids=str)
def test_a_wrong_compiled_loop_is_found_in_double_precision(
    tmp_path: Path, l2: float, optimizer: nn.Optimizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nn.compiled import Kernel

    job = jobs.job(tmp_path, backend="numba", l2=l2, optimizer=optimizer)
    network, _ = job.initialise()
    data = job.experiment.dataset.load("float64")
    assert certify(job.experiment, network, data).passed
    right = Kernel.take_steps

    def wrong_steps(kernel: Kernel, *arguments: Any, **options: Any) -> list[float]:
        norms = right(kernel, *arguments, **options)
        kernel._network.weight_gradients[1][:] *= 1.1
        return norms

    monkeypatch.setattr(Kernel, "take_steps", wrong_steps)
    found = certify(job.experiment, network, data)
    assert found.wrong_layer == 2
    assert found.largest_error > 0.01
