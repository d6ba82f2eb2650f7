"""Questions that cannot be asked."""

import math

import numpy as np
import pandas as pd
import pytest
from frames import arm, frame

from experiments.comparison import compare, factorial
from experiments.comparison.checking import check_question
from experiments.errors import UserError
from experiments.recording import METRICS


def test_groups_and_options_that_vary_can_be_compared() -> None:
    runs = frame([*arm("l2=1"), *arm("l2=2")])
    for group in ("loss", "optimizer", "l2"):
        for metric in METRICS:
            check_question(runs, group, metric)


@pytest.mark.parametrize(
    ("group", "metric"), [("seconds", METRICS[0]), ("no", METRICS[0]), ("loss", "train/accuracy")]
)
def test_others_cannot(group: str, metric: str) -> None:
    wrong = group if group != "loss" else metric
    with pytest.raises(UserError, match=f"^{wrong}: this cannot be compared; choose one of "):
        check_question(frame(arm("l2=1")), group, metric)


def test_an_option_with_one_value_needs_another() -> None:
    with pytest.raises(UserError, match=r"^l2: all runs have 1\.0, and a comparison needs two val"):
        check_question(frame(arm("l2=1")), "l2", METRICS[0])


@pytest.mark.parametrize("margin", [-1, math.nan, 1.1, math.inf, "0.1", None, True, 10])
def test_a_margin_is_a_fraction(margin: object) -> None:
    runs = frame([*arm("loss=mse"), *arm("loss=ce")])
    message = f"^margin={margin!r}: the equivalence margin must be a fraction from 0 to 1"
    with pytest.raises(UserError, match=message):
        compare(runs, "loss", margin=margin)  # type: ignore[arg-type]
    with pytest.raises(UserError, match=message):
        factorial(runs, "loss", "optimizer", margin=margin)  # type: ignore[arg-type]


@pytest.mark.parametrize("margin", [0, 0.0, 1, 0.001, np.float64(0.5)])
def test_every_fraction_is_a_margin(margin: float) -> None:
    check_question(frame(arm("l2=1")), "loss", METRICS[0], margin)


@pytest.mark.parametrize(
    ("runs", "message"),
    [
        (pd.DataFrame(), "no frame of results.runs: the columns identity, name, status, dataset"),
        (frame(arm("l2=1")).drop(columns="seed"), "the columns seed are missing"),
        (frame(arm("l2=1"))[:0], "the frame has no runs"),
        ("outputs", "'outputs': this is no frame; give the frame that results.runs returns"),
        (None, "'None': this is no frame"),
    ],
)
def test_other_frames_are_refused(runs: object, message: str) -> None:
    with pytest.raises(UserError, match=message):
        compare(runs, "loss")  # type: ignore[arg-type]
    with pytest.raises(UserError, match=message):
        factorial(runs, "loss", "optimizer")  # type: ignore[arg-type]
