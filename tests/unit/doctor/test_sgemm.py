"""The measured speed of matrix products."""

import math

from threadpoolctl import threadpool_info

from experiments.doctor.sgemm import sgemm_speed


def threads() -> list[int]:
    return [each["num_threads"] for each in threadpool_info()]


def test_the_speed_is_a_number_that_a_core_can_have() -> None:
    speed = sgemm_speed()
    assert math.isfinite(speed)
    assert 0.01 < speed < 10_000


def test_the_number_of_threads_is_restored() -> None:
    before = threads()
    sgemm_speed()
    assert threads() == before
