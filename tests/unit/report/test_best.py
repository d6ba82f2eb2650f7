"""The best arm of a condition."""

from frames import Runs, arm, frame

from experiments.comparison import compare, named, tuned
from experiments.report.best import best_arms

CROSSED = [
    each
    for loss, gain in (("ce", 0.03), ("mse", 0.0))
    for optimizer, more in (("adam", 0.02), ("sgd", 0.0))
    for each in arm(f"loss={loss}", f"optimizer={optimizer}", at=0.9 + gain + more)
]


def best(rows: Runs, *groups: str) -> set[tuple[str, str]]:
    runs = frame(rows)
    return best_arms(named(tuned(runs), *groups), [compare(runs, group) for group in groups])


def test_an_arm_is_best_if_a_verdict_says_so() -> None:
    assert best(arm("loss=ce", at=0.95) + arm("loss=mse"), "loss") == {("784-30-10", "ce softmax")}


def test_no_arm_is_best_without_a_verdict() -> None:
    assert best(arm("loss=ce") + arm("loss=mse"), "loss") == set()


def test_an_arm_beats_others_in_a_chain() -> None:
    ((condition, name),) = best(CROSSED, "loss", "optimizer")
    assert condition == "784-30-10"
    assert {"ce", "adam"} <= set(name.split())


def test_an_arm_that_does_not_beat_all_others_is_not_best() -> None:
    rows = arm("optimizer=adam", at=0.95) + arm("optimizer=sgd", at=0.95) + arm("optimizer=rmsprop")
    assert best(rows, "optimizer") == set()
