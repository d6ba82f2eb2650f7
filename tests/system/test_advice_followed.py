"""Advice about missing runs: the recommended commands, composed and added, allow a comparison."""

import zlib
from collections.abc import Callable, Sequence

import frames
import numpy as np
import pandas as pd
import pytest
from frames import Runs, arm, diverged, frame, run

from experiments.comparison import compare
from experiments.comparison.power import fewest_seeds
from experiments.errors import UserError

RATE = "optimizer.learning_rate"


def refusal(runs: pd.DataFrame, group: str = "loss") -> str:
    with pytest.raises(UserError) as caught:
        compare(runs, group)
    message = str(caught.value)
    assert "\n" not in message
    return message


def with_recommended(runs: Runs, message: str, data: str = frames.DATA) -> pd.DataFrame:
    """Return the runs together with those that a message recommends."""
    rng = np.random.default_rng(0)
    new = [
        run(*job, accuracy=_accuracy(job) + rng.normal(0, 0.001), data=data)
        for line in frames.recommended(message)
        for job in frames.jobs(line)
    ]
    known = {each["identity"] for each in runs}
    return frame(runs + [each for each in new if each["identity"] not in known])


def _accuracy(job: Sequence[str]) -> float:
    """Return an accuracy that is the same for all seeds of an arm."""
    words = " ".join(each for each in job if not each.startswith("seed="))
    return 0.89 + zlib.crc32(words.encode()) / 2**38  # near those of `frames`


@pytest.mark.parametrize(
    ("group", "runs", "words"),
    [
        ("loss", lambda: arm("loss=ce"), "only one loss, ce, "),
        ("loss", lambda: arm("loss=ce", f"{RATE}=0.1") + arm("loss=ce", f"{RATE}=1"), "only one "),
        pytest.param(
            "optimizer",
            lambda: arm("optimizer=adam", "optimizer.beta1=0.5", "l2=1"),
            "only one ",
            marks=pytest.mark.stress,
        ),
        pytest.param(
            "activation",
            lambda: arm("activation=relu", seeds=[3]),
            "only one activation, relu, ",
            marks=pytest.mark.stress,
        ),
        pytest.param(
            "architecture",
            lambda: arm("architecture.sizes=[784,4,10]"),
            "only one architecture, ",
            marks=pytest.mark.stress,
        ),
        ("loss", lambda: arm("loss=ce", seeds=[4]) + arm("loss=mse", seeds=[4]), "one seed in "),
        ("loss", lambda: arm("loss=ce", seeds=[1, 2]) + arm("loss=mse", seeds=[3, 4]), "no seed "),
        (
            "loss",
            lambda: diverged("loss=ce", f"{RATE}=1e30", seeds=[0]) + arm("loss=mse", seeds=[0]),
            "lower learning rates are needed",
        ),
        pytest.param(
            "optimizer",
            lambda: [
                each
                for name in ("sgd", "adam", "rmsprop")
                for sizes in ("[784,3,10]", "[784,4,10]")
                for each in arm(f"optimizer={name}", f"architecture.sizes={sizes}", seeds=[0])
            ],
            "one seed in ",
            marks=pytest.mark.stress,
        ),
        (
            "loss",
            lambda: arm("loss=ce", "l2=1") + arm("loss=mse", "l2=2"),
            "were not run with the same l2",
        ),
        (
            "loss",
            lambda: arm("loss=ce", "epochs=1") + arm("loss=mse", "architecture=784-20-10-10"),
            "were not run with the same architecture and epochs",
        ),
    ],
)
def test_a_refusal_recommends_commands_that_allow_the_comparison(
    group: str, runs: Callable[[], Runs], words: str
) -> None:
    message = refusal(frame(runs()), group)
    assert words in message
    table = compare(with_recommended(runs(), message), group).table
    assert (table["n"] >= fewest_seeds()).any()


def test_too_few_seeds_are_added_to_all_pairs_at_once() -> None:
    runs = [
        each
        for loss in ("ce", "mse")
        for sizes in ("[784,3,10]", "[784,4,10]")
        for each in arm(f"loss={loss}", f"architecture.sizes={sizes}", seeds=[0])
    ]
    table = compare(with_recommended(runs, refusal(frame(runs))), "loss").table
    assert len(table) == 2
    assert (table["n"] >= fewest_seeds(2)).all()


def test_lower_learning_rates_replace_one_at_which_an_arm_diverges() -> None:
    runs = [
        *diverged("loss=ce", f"{RATE}=1e30", seeds=range(6)),
        *diverged("loss=mse", f"{RATE}=1e30", seeds=range(6)),
    ]
    (advice,) = compare(frame(runs), "loss").incomplete
    compared = compare(with_recommended(runs, advice), "loss")
    (row,) = compared.rows
    assert max(row.learning_rate_a, row.learning_rate_b) < 1e30
    assert (row.diverged_a, row.diverged_b) == (0, 0)
    assert compared.incomplete == []


def test_arms_on_different_data_are_refused_with_advice() -> None:
    runs = arm("loss=ce", data="a" * 64) + arm("loss=mse", data="b" * 64)
    message = refusal(frame(runs))
    assert "were not run with the same data" in message
    (row,) = compare(with_recommended(runs, message), "loss").rows
    assert row.seeds >= fewest_seeds()


def test_older_sweeps_of_one_seed_take_no_share_of_the_error() -> None:
    runs = [each for loss in ("ce", "mse") for each in arm(f"loss={loss}", seeds=range(6))]
    older = [
        each
        for loss in ("ce", "mse")
        for optimizer in ("adam", "momentum")
        for each in arm(f"loss={loss}", f"optimizer={optimizer}", seeds=[0])
    ]
    alone = compare(frame(runs), "loss")
    together = compare(frame(runs + older), "loss")
    assert (alone.family, together.family) == (1, 1)
    (row,) = [row for row in together.rows if row.seeds > 1]
    assert row.statistics == alone.rows[0].statistics
    assert {each.more_seeds for each in together.rows if each.seeds == 1} == {fewest_seeds(3) - 1}
