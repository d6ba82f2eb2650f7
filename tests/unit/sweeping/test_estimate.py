"""The estimate of the time that a run takes: counts of images times seconds per image."""

from collections.abc import Iterator
from pathlib import Path

import jobs
import pytest

from experiments.sweeping.estimate import (
    LEAST_REPEATS,
    MOST_SECONDS,
    RECORDING,
    Images,
    Speed,
    measure_speed,
    seconds_left,
    typical_seconds,
)

SPEED = Speed(training=0.001, evaluation=0.0001)


class Clock:
    """A clock that work moves on by given times."""

    def __init__(self, *seconds: float) -> None:
        self.now = 100.0
        self.done = 0
        self._seconds: Iterator[float] = iter(seconds)

    def __call__(self) -> float:
        return self.now

    def work(self) -> None:
        self.now += next(self._seconds)
        self.done += 1


def test_every_image_that_is_trained_on_or_evaluated_counts() -> None:
    images = Images(train=100, validation=1000, test=500)
    epoch = 100 * 0.001 + (100 + 1000) * 0.0001 + RECORDING
    end = (500 + 500 + 1000) * 0.0001
    assert seconds_left(images, SPEED, epochs=1) == pytest.approx(epoch + end)
    assert seconds_left(images, SPEED, epochs=7) == pytest.approx(7 * epoch + end)
    assert seconds_left(images, SPEED, epochs=0) == pytest.approx(end)
    closed = seconds_left(images, SPEED, epochs=0, score_test=False)
    assert closed == pytest.approx(1000 * 0.0001)
    curve = seconds_left(images, SPEED, epochs=7, test_curve=True)
    assert curve == pytest.approx(7 * (epoch + 500 * 0.0001) + end)


def test_ten_training_images_cost_hardly_more_than_the_evaluation() -> None:
    few, none = (Images(train=n, validation=10_000, test=10_000) for n in (10, 0))
    speed = Speed(training=1e-5, evaluation=1e-6)
    seconds = seconds_left(few, speed, epochs=1)
    assert seconds < 1
    assert seconds - seconds_left(none, speed, epochs=1) == pytest.approx(10 * 1.1e-5)


def test_the_first_call_and_a_slow_call_do_not_count() -> None:
    clock = Clock(0.5, 0.02, 0.4, 0.02, 0.02, 0.02)
    assert typical_seconds(clock.work, clock) == pytest.approx(0.02)
    assert clock.done == LEAST_REPEATS + 1


def test_short_work_is_repeated_until_its_time_can_be_measured() -> None:
    clock = Clock(*[0.001] * 200)
    assert typical_seconds(clock.work, clock) == pytest.approx(0.001)
    assert clock.done == pytest.approx(100, abs=1)


def test_long_work_is_done_once() -> None:
    clock = Clock(3 * MOST_SECONDS)
    assert typical_seconds(clock.work, clock) == pytest.approx(3 * MOST_SECONDS)


def test_the_numbers_of_images_follow_from_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert Images.of(jobs.experiment(data)) == Images(40, 20, 12)
    smaller = jobs.dataset(data, train_size=7, validation_size=30)
    assert Images.of(jobs.experiment(data, dataset=smaller)) == Images(7, 30, 12)


def test_numbers_of_images_with_the_same_bits_differ_up_to_twofold() -> None:
    assert Images(1000, 4096, 10_000).bits == Images(512, 8191, 9_000).bits
    assert Images(1000, 4096, 10_000).bits != Images(511, 4096, 10_000).bits


def test_a_measurement_takes_some_time_and_changes_no_file(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    files = sorted(tmp_path.rglob("*"))
    speed = measure_speed(job, Images.of(job.experiment))
    assert speed.training > 0
    assert speed.evaluation > 0
    assert sorted(tmp_path.rglob("*")) == files
