"""The tables that end a sweep, on a terminal of 80 columns."""

import io

import pytest
import scipy.stats
from rich.console import Console

from experiments.recording import Status
from experiments.terminal import RunSummary, closing_tables
from experiments.terminal.arms import LEGEND, Mean, arms_of, t_quantile


def run(
    name: str,
    validation: float = 0.9,
    test: float | None = 0.9,
    status: Status = Status.FINISHED,
    epochs: int = 30,
) -> RunSummary:
    return RunSummary(name, status, epochs, (0.1, validation), test, 10.0)


def printed(*runs: RunSummary) -> list[str]:
    file = io.StringIO()
    for each in closing_tables(runs):
        Console(file=file, width=80).print(each, soft_wrap=True)
    return [line.rstrip() for line in file.getvalue().splitlines()]


SEEDS = (
    run("mse seed=0", 0.90, 0.89),
    run("mse seed=1", 0.92, 0.91),
    run("ce seed=0", 0.95, 0.94),
    run("ce seed=1", 0.95, 0.94),
)


@pytest.mark.parametrize("freedom", range(1, 200))
def test_the_quantile_of_t_is_that_of_scipy(freedom: int) -> None:
    assert t_quantile(freedom) == pytest.approx(scipy.stats.t.ppf(0.975, freedom), rel=0.01)


def test_a_mean_has_the_interval_of_t() -> None:
    values = [0.95, 0.951, 0.949, 0.957]
    mean = Mean.of(values)
    assert mean is not None
    low, high = scipy.stats.t.interval(0.95, 3, mean.value, scipy.stats.sem(values))
    assert mean.value == pytest.approx(0.95175)
    assert mean.margin == pytest.approx((high - low) / 2, rel=0.01)
    assert str(Mean.of([0.95])) == "95.00%"
    assert str(Mean(0.95123, 0.0012)) == "95.12% ± 0.12"
    assert Mean.of([]) is None


def test_runs_that_differ_in_the_seed_are_an_arm() -> None:
    assert [(arm.name, len(arm.runs)) for arm in arms_of(SEEDS)] == [("mse", 2), ("ce", 2)]


def test_several_seeds_have_one_line_per_arm_and_the_best_is_marked() -> None:
    assert printed(*SEEDS) == [
        "arm  seeds      validation             test  epochs  seconds",
        "mse      2  91.00% ± 12.71   90.00% ± 12.71      30     10.0",
        "ce       2   95.00% ± 0.00  * 94.00% ± 0.00      30     10.0",
        LEGEND,
    ]


def test_one_seed_has_one_line_per_run() -> None:
    lines = printed(run("mse"), run("ce"))
    assert [line.split()[0] for line in lines] == ["run", "mse", "ce"]


def test_runs_of_one_arm_are_listed_with_their_mean() -> None:
    lines = printed(*SEEDS[:2])
    assert [line.split()[0] for line in lines[:-1]] == ["run", "mse", "mse"]
    assert lines[-1] == "Mean test accuracy 90.00% ± 12.71, the 95% interval over 2 seeds."


def test_the_validation_set_decides_while_the_test_set_is_closed() -> None:
    lines = printed(run("mse seed=0", 0.9, None), run("mse seed=1", 0.9, None), run("ce", 0.8))
    assert "closed" in lines[1]
    assert lines[2].endswith("* 90.00%      30     10.0"), "an arm with a test accuracy"
    closed = printed(run("a seed=0", 0.9, None), run("a seed=1", 0.9, None), run("b", 0.8, None))
    assert closed[1].split()[2:6] == ["*", "90.00%", "±", "0.00"]


def test_runs_that_have_not_finished_have_a_line_each_and_no_part_in_the_mean() -> None:
    lines = printed(*SEEDS, run("ce seed=2", 0.1, None, Status.DIVERGED, epochs=3))
    assert lines[2].split()[:3] == ["ce", "2", "of"]
    assert "* 94.00% ± 0.00    3-30" in lines[2]
    assert lines[4:] == [
        "run        status    epochs  validation  test  seconds",
        "ce seed=2  diverged       3      10.00%           10.0",
    ]


def test_an_arm_without_a_finished_run_has_no_numbers() -> None:
    failed = [run(f"x seed={seed}", 0.1, None, Status.FAILED) for seed in (0, 1)]
    assert printed(*SEEDS, *failed)[3].split() == ["x", "0", "of", "2", "30"]


def test_the_table_of_usual_arms_fits_80_columns() -> None:
    name = "784-128-64-10 mse nesterov"
    lines = printed(*(run(f"{name} {loss} seed={seed}") for loss in "ab" for seed in range(10)))
    assert max(map(len, lines[:3])) <= 80
    assert lines[1].startswith("784-128-64-10 mse")
