"""Runs whose test set is closed: which comparisons they allow, and what is said about them."""

import frames
import pytest
from frames import SEEDS, arm, close, frame

from experiments.comparison import compare, factorial, superiority, tuned
from experiments.comparison.closed import left_out_closed, nothing_opened
from experiments.errors import UserError
from experiments.recording import METRICS
from experiments.results import Scope

NOWHERE = Scope(None)
LOSSES = arm("loss=ce", at=0.95) + arm("loss=mse")
ALL_CLOSED = frame(close(LOSSES))
FACTORS = [
    each
    for loss in ("ce", "mse")
    for output in ("sigmoid", "softmax")
    for each in arm(f"loss={loss}", f"loss.output={output}")
]


def opening(message: str) -> list[tuple[str, ...]]:
    """Return the overrides of each run of the commands in a message; all open the test set."""
    made = [each for line in frames.recommended(message) for each in frames.jobs(line)]
    assert all("score_test=True" in each for each in made)
    return made


@pytest.mark.parametrize("metric", METRICS[:2])
def test_closed_runs_are_refused_with_the_command_that_opens_them(metric: str) -> None:
    with pytest.raises(UserError) as error:
        compare(ALL_CLOSED, "loss", metric=metric)
    message = str(error.value)
    assert message.startswith(
        f"the test set of 16 runs has not been opened, so {metric} cannot be compared; --metric"
        " validation/accuracy needs no test set; "
    )
    assert len(opening(message)) == 16


def test_closed_runs_are_compared_on_the_validation_set() -> None:
    closed = compare(ALL_CLOSED, "loss", metric="validation/accuracy")
    open_ = compare(frame(LOSSES), "loss", metric="validation/accuracy")
    assert closed.table.equals(open_.table)
    assert list(closed.incomplete) == []


def test_a_mixture_compares_the_opened_runs_and_counts_the_others() -> None:
    seeds = list(SEEDS)
    later = arm("loss=ce", at=0.95, seeds=seeds[5:]) + arm("loss=mse", seeds=seeds[5:])
    first = arm("loss=ce", at=0.95, seeds=seeds[:5]) + arm("loss=mse", seeds=seeds[:5])
    mixed = compare(frame(first + close(later)), "loss")
    alone = compare(frame(first), "loss")
    assert mixed.table.equals(alone.table)
    (sentence,) = mixed.incomplete
    assert sentence.startswith(
        "6 runs are left out, because the test set is closed; to open it, run "
    )
    assert len(opening(sentence)) == 6
    assert len(mixed.tuned) == 10


def test_a_rate_is_chosen_among_closed_runs_too_and_confirmed_on_opened_ones() -> None:
    """The tuning runs of a study stay closed; only the confirmation runs are opened."""
    rates = {0.5: 0.8, 1.0: 0.95, 2.0: 0.7}
    tuning = [
        each
        for loss in ("ce", "mse")
        for rate, at in rates.items()
        for each in arm(
            f"loss={loss}", f"optimizer.learning_rate={rate}", at=at, seeds=[100, 101, 102]
        )
    ]
    confirmation = [
        each
        for loss in ("ce", "mse")
        for each in arm(f"loss={loss}", "optimizer.learning_rate=1.0", at=0.95)
    ]
    result = compare(frame(close(tuning) + confirmation), "loss")
    (row,) = result.rows
    assert (row.learning_rate_a, row.learning_rate_b, row.seeds) == (1.0, 1.0, len(SEEDS))
    assert (row.failures_a.failed, row.failures_b.failed) == (0, 0)
    assert [each for each in result.incomplete if "closed" in each] == [
        "6 runs are left out, because the test set is closed"
    ]


def test_an_arm_of_closed_runs_leaves_the_other_arms() -> None:
    runs = LOSSES + close(arm("loss=mse", "loss.output=softmax"))
    result = compare(frame(runs), "loss")
    assert all(row.seeds == len(SEEDS) for row in result.rows)
    assert any(each.startswith("8 runs are left out") for each in result.incomplete)


def test_factors_are_refused_too_until_the_test_set_is_opened() -> None:
    with pytest.raises(UserError, match=r"^the test set of 32 runs has not been opened, so test/a"):
        factorial(frame(close(FACTORS)), "loss", "loss.output")
    closed = factorial(frame(close(FACTORS)), "loss", "loss.output", metric="validation/accuracy")
    assert len(closed.rows) == 3


def test_a_mixture_of_factors_leaves_out_the_closed_runs() -> None:
    later = [each for each in FACTORS if each["seed"] > 5]
    first = [each for each in FACTORS if each["seed"] <= 5]
    mixed = factorial(frame(first + close(later)), "loss", "loss.output")
    assert {row.seeds for row in mixed.rows} == {6}
    (sentence,) = mixed.incomplete
    assert sentence.startswith("8 runs are left out, because the test set is closed")


def test_superiority_leaves_them_out() -> None:
    seeds = list(SEEDS)
    first = arm("loss=ce", at=0.95, seeds=seeds[:5]) + arm("loss=mse", seeds=seeds[:5])
    later = arm("loss=ce", at=0.95, seeds=seeds[5:]) + arm("loss=mse", seeds=seeds[5:])
    found = superiority(tuned(frame(first + close(later))), ["loss"])
    assert found.equals(superiority(tuned(frame(first)), ["loss"]))


def test_nothing_is_said_if_every_test_set_is_open() -> None:
    assert left_out_closed(tuned(frame(LOSSES)), "test/accuracy") == []


def test_the_scope_is_named() -> None:
    scope = Scope(None, "5ee9")
    message = str(nothing_opened(tuned(ALL_CLOSED), ["loss"], "test/accuracy", scope))
    assert " has not been opened in sweep 5ee9, so " in message


def test_more_seeds_of_a_comparison_on_the_validation_set_stay_closed() -> None:
    near = arm("loss=ce", at=0.901, seeds=[0, 1, 2]) + arm("loss=mse", seeds=[0, 1, 2])
    result = compare(frame(close(near)), "loss", metric="validation/accuracy")
    assert result.commands
    assert all(line.endswith(" score_test=false") for line in result.commands)
