"""Runs that cannot support a comparison are refused, with the command that mends it, composed."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import frames
import numpy as np
import pandas as pd
import pytest
from frames import Runs, arm, frame, run

from experiments.comparison import statistics
from experiments.comparison.comparison import compare
from experiments.errors import UserError

RATE = "optimizer.learning_rate"
pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture(scope="module")
def quick() -> Iterator[None]:
    """Resample less often: what is put together here does not depend on it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "RESAMPLES", 999)
        yield


def refusal(runs: pd.DataFrame, group: str = "loss", **options: Any) -> str:
    with pytest.raises(UserError) as caught:
        compare(runs, group, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


def mended(runs: Runs, message: str, data: str = frames.DATA) -> pd.DataFrame:
    """Return the runs with those that the message recommends beside them, each arm at its own."""
    rng = np.random.default_rng(0)
    new = [
        run(*job, accuracy=_accuracy(job) + rng.normal(0, 0.001), data=data)
        for line in frames.recommended(message)
        for job in frames.jobs(line)
    ]
    known = {each["identity"] for each in runs}
    return frame(runs + [each for each in new if each["identity"] not in known])


def _accuracy(job: Sequence[str]) -> float:
    words = " ".join(each for each in job if not each.startswith("seed="))
    return 0.5 + zlib.crc32(words.encode()) / 2**34


@pytest.mark.parametrize(
    ("group", "runs", "words"),
    [
        ("loss", lambda: arm("loss=ce"), "only one loss, ce, "),
        ("loss", lambda: arm("loss=ce", f"{RATE}=0.1") + arm("loss=ce", f"{RATE}=1"), "only one "),
        ("optimizer", lambda: arm("optimizer=adam", "optimizer.beta1=0.5", "l2=1"), "only one "),
        ("activation", lambda: arm("activation=relu", seeds=[3]), "only one activation, relu, "),
        ("architecture", lambda: arm("architecture.sizes=[784,4,10]"), "only one architecture, "),
        ("loss", lambda: arm("loss=ce", seeds=[4]) + arm("loss=mse", seeds=[4]), "one seed in "),
        ("loss", lambda: arm("loss=ce", seeds=[1, 2]) + arm("loss=mse", seeds=[3, 4]), "no seed "),
        (
            "optimizer",
            lambda: [
                each
                for name in ("sgd", "adam", "rmsprop")
                for sizes in ("[784,3,10]", "[784,4,10]")
                for each in arm(f"optimizer={name}", f"architecture.sizes={sizes}", seeds=[0])
            ],
            "one seed in ",
        ),
        (
            "loss",
            lambda: arm("loss=ce", "l2=1") + arm("loss=mse", "l2=2"),
            "were not run on the same",
        ),
        (
            "loss",
            lambda: arm("loss=ce", "epochs=1") + arm("loss=mse", "architecture=784-20-10-10"),
            "were not run on the same",
        ),
    ],
)
def test_a_refusal_names_the_command_that_mends_it(
    group: str, runs: Callable[[], Runs], words: str
) -> None:
    message = refusal(frame(runs()), group)
    assert words in message
    table = compare(mended(runs(), message), group)
    enough = table[table["n"] >= statistics.fewest(1)]
    assert len(enough) > 0


def test_one_seed_in_common_is_mended_for_every_pair_at_once() -> None:
    runs = [
        each
        for loss in ("ce", "mse")
        for sizes in ("[784,3,10]", "[784,4,10]")
        for each in arm(f"loss={loss}", f"architecture.sizes={sizes}", seeds=[0])
    ]
    table = compare(mended(runs, refusal(frame(runs))), "loss")
    assert len(table) == 2
    assert (table["n"] >= statistics.fewest(2)).all()


def test_different_data_are_said_and_mended() -> None:
    runs = arm("loss=ce", data="a" * 64) + arm("loss=mse", data="b" * 64)
    message = refusal(frame(runs))
    assert "were not run on the same data" in message
    (n,) = compare(mended(runs, message), "loss")["n"]
    assert n >= statistics.fewest()


@pytest.mark.parametrize("status", ["failed", "interrupted", "running"])
def test_nothing_to_compare_before_a_run_has_ended(status: str) -> None:
    runs = [run(f"loss={loss}", "seed=0", status=status) for loss in ("ce", "mse")]
    assert "no run has ended yet" in refusal(frame(runs))


@pytest.mark.parametrize("group", ["", "epochs", "lose", "optimizer.beta1", "tracking", "dataset"])
def test_what_is_no_choice_of_a_network_is_refused(group: str) -> None:
    message = refusal(frame(arm("loss=ce") + arm("loss=mse")), group)
    assert message.startswith(f"{group}: ")
    assert "loss, optimizer" in message


@pytest.mark.parametrize("metric", ["", "accuracy", "train/accuracy", "best/validation/accuracy"])
def test_an_unknown_metric_is_refused(metric: str) -> None:
    message = refusal(frame(arm("loss=ce") + arm("loss=mse")), metric=metric)
    assert re.search(r"cannot be compared.*test/chosen/accuracy", message)
