"""The table of published numbers and ours."""

import math

import measured
import pytest

from experiments.configuration import Preset
from experiments.replicating.agreement import Agreement, interval
from experiments.replicating.table import family_of, table

EPOCHS = Preset.of(
    {"title": "t", "source": "s", "settings": {"epochs": 20}, "numbers": [{"metric": "x"}]}
)
"""A preset with 20 epochs."""


def test_a_row_has_the_number_and_our_values() -> None:
    rows = table(
        measured.numbers(
            measured.number(published=95.42, take="best", setting="l2=1"),
            measured.number(preset="q", take="3"),
        )
    )
    assert [(row.preset, row.setting, row.number.words) for row in rows] == [
        ("p", "l2=1", "test/accuracy, best epoch"),
        ("q", "", "test/accuracy, epoch 3"),
    ]
    assert rows[0].values == list(measured.OURS)
    assert [row.judgement.agreement for row in rows] == [
        Agreement.AGREES,
        Agreement.NOT_PUBLISHED,
    ]
    assert (rows[0].ours, rows[0].range) == ("95.20 [94.71, 95.69]", "95.00 to 95.40")


def test_the_family_are_the_published_numbers_with_noise() -> None:
    rows = table(
        measured.numbers(
            measured.number("a", published=95.0),
            measured.number("b", published=95.0),
            measured.number("c"),
            measured.number("output", published=0.82, values=(0.817,), seeds=False),
        )
    )
    assert family_of(rows) == 2
    assert rows[0].judgement.together == interval(measured.OURS, 0.025, rounding=0.005)


def test_a_number_without_randomness_agrees_if_it_is_equal_when_rounded() -> None:
    def agreement(value: float, published: float | None) -> Agreement:
        frame = measured.number(published=published, values=(value,), seeds=False)
        return table(frame)[0].judgement.agreement

    assert agreement(0.8176, 0.82) is Agreement.AGREES
    assert agreement(0.8140, 0.82) is Agreement.DIFFERS
    assert agreement(0.8140, None) is Agreement.NOT_PUBLISHED


def test_the_reason_of_a_missing_value_is_that_of_the_row() -> None:
    frame = measured.number(published=95.0, values=(95.0, 95.1, math.nan))
    frame.loc[2, "missing"] = "a run is diverged"
    (row,) = table(frame)
    assert row.judgement.agreement is Agreement.CANNOT_TELL
    assert row.judgement.reason == "2 of 3 seeds: a run is diverged"
    assert row.ours == "95.05"
    assert row.judgement.mean == pytest.approx(95.05)


def test_accuracies_are_at_most_100_per_cent() -> None:
    values = (99.0, 97.0, 99.9)
    (accuracy,) = table(measured.number(published=99.0, values=values))
    (cost,) = table(measured.number("test_curve/cost", published=99.0, values=values))
    assert accuracy.judgement.alone is not None
    assert accuracy.judgement.alone.high == 100
    assert cost.judgement.alone is not None
    assert cost.judgement.alone.high > 100


@pytest.mark.parametrize(
    ("metric", "take", "values", "limits"),
    [
        ("train/accuracy", "epoch of the highest", (2.0, 17.0, 9.0), (1, 20)),
        ("test_curve/cost", "epoch of the lowest", (2.0, 17.0, 9.0), (1, 20)),
        ("error_norm/2", "initial", (0.1, 0.9, 0.4), (0, math.inf)),
        ("test_curve/cost", "last", (0.1, 0.9, 0.4), (0, math.inf)),
        ("output", "last", (0.1, 0.9, 0.4), (-math.inf, math.inf)),
    ],
)
def test_an_interval_ends_where_no_number_can_be(
    metric: str, take: str, values: tuple[float, ...], limits: tuple[float, float]
) -> None:
    frame = measured.number(metric, take=take, values=values, published=values[2])
    (row,) = table(frame, {"p": EPOCHS})
    uncut = interval(values, 0.05, rounding=0.005)
    assert row.judgement.alone == row.judgement.together == uncut.within(*limits)


@pytest.mark.parametrize("overrides", ["", "epochs=99"])
def test_the_last_epoch_is_not_known_without_the_preset_or_with_other_epochs(
    overrides: str,
) -> None:
    values = (2.0, 17.0, 9.0)
    frame = measured.number(take="epoch of the highest", values=values, overrides=overrides)
    (row,) = table(frame, {"p": EPOCHS} if overrides else {})
    assert row.judgement.alone is not None
    assert row.judgement.alone.high > 20


def test_runs_of_another_set_up_have_no_verdict_and_are_not_in_the_family() -> None:
    rows = table(
        measured.numbers(
            measured.number("a", published=95.0, overrides="backend=numba dtype=float64"),
            measured.number("b", published=95.0, overrides="backend=numba epochs=1"),
            measured.number("c", overrides="epochs=1"),
        )
    )
    same, other, unpublished = (row.judgement for row in rows)
    assert same.agreement is Agreement.AGREES
    assert (other.agreement, other.reason) == (Agreement.OTHER_SETUP, "not with epochs=1")
    assert other.mean == pytest.approx(95.2)
    assert unpublished.agreement is Agreement.NOT_PUBLISHED
    assert family_of(rows) == 1


def test_the_interval_of_all_numbers_says_outside_of_which_one_differs() -> None:
    (one,) = table(measured.number(published=95.42))
    assert one.differs_outside == "[94.71, 95.69]"
    two = table(
        measured.numbers(measured.number(published=95.42), measured.number("b", published=95.0))
    )
    low, high = (float(end) for end in two[0].differs_outside.strip("[]").split(", "))
    assert low < 94.7
    assert high > 95.7
    assert table(measured.number())[0].differs_outside == ""
