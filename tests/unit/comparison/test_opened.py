"""Which runs can be compared on the test set."""

import frames
import pytest

from experiments.comparison.opened import is_closed, opened

RUNS = frames.frame(
    [
        frames.run("seed=0"),
        frames.closed_run("seed=1"),
        *frames.diverged(seeds=[2]),
    ]
)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("test/accuracy", [False, True, False]),
        ("best_epoch/test/accuracy", [False, True, False]),
        ("validation/accuracy", [False, False, False]),
    ],
)
def test_a_run_that_finished_without_the_metric_is_closed(
    metric: str, expected: list[bool]
) -> None:
    assert is_closed(RUNS, metric).tolist() == expected
    assert opened(RUNS, metric)["seed"].tolist() == [
        seed for seed, closed in enumerate(expected) if not closed
    ]
