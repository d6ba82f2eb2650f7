"""The fraction of seeds on which each arm beats each other arm."""

import numpy as np
import pytest
from frames import arm, frame, run
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.comparison import superiority, tuned

Key = tuple[str, str, str, int]
"""Loss, optimizer, another override and seed of a run."""
RESULTS = st.dictionaries(
    st.tuples(
        st.sampled_from(["loss=ce", "loss=mse"]),
        st.sampled_from(["optimizer=sgd", "optimizer=adam"]),
        st.sampled_from(["l2=0", "schedule=step"]),
        st.integers(0, 3),
    ),
    st.one_of(st.none(), st.sampled_from([0.5, 0.7, 0.9])),
    min_size=1,
)


@trials(8)
@given(RESULTS)
def test_the_fraction_of_wins_is_the_one_counted_by_hand(results: dict[Key, float | None]) -> None:
    runs = frame(
        run(*words, f"seed={seed}", accuracy=value or 0.0, validation=[value or 0.0])
        if value is not None
        else run(*words, f"seed={seed}", status="diverged", validation=[])
        for (*words, seed), value in results.items()
    )
    matrix = superiority(tuned(runs), ["loss", "optimizer"])
    arms = sorted(names(results).values())
    assert list(matrix.index) == list(matrix.columns) == arms
    m = matrix.to_numpy()
    for i, j in np.ndindex(m.shape):
        expected = counted(results, arms[i], arms[j]) if i != j else None
        if expected is None:
            assert np.isnan(m[i, j])
        else:
            assert m[i, j] == pytest.approx(expected)
            assert m[i, j] + m[j, i] == pytest.approx(1)


def names(results: dict[Key, float | None]) -> dict[tuple[str, str], str]:
    """Return the name of each arm, which has the output function if both losses were run."""
    arms = {(loss, optimizer) for loss, optimizer, *_ in results}
    outputs = {"loss=ce": " softmax", "loss=mse": " sigmoid"}
    both = len({loss for loss, _ in arms}) == 2
    return {
        (loss, optimizer): f"{loss[5:]} {optimizer[10:]}{outputs[loss] if both else ''}"
        for loss, optimizer in arms
    }


def counted(results: dict[Key, float | None], a: str, b: str) -> float | None:
    """Return how often ``a`` beats ``b``, counted one by one; None if they share no seed."""
    by_arm: dict[str, dict[tuple[str, int], float]] = {a: {}, b: {}}
    for (loss, optimizer, other, seed), value in results.items():
        values = by_arm.get(names(results)[loss, optimizer], {})
        values[other, seed] = -1.0 if value is None else value
    common = by_arm[a].keys() & by_arm[b].keys()
    wins = [np.sign(by_arm[a][key] - by_arm[b][key]) / 2 + 0.5 for key in common]
    return float(np.mean(wins)) if wins else None


def test_arms_may_have_different_options() -> None:
    runs = arm("optimizer=adam", at=0.92) + arm("optimizer=sgd", at=0.9)
    runs += arm("optimizer=momentum", at=0.91)
    matrix = superiority(tuned(frame(runs)), ["optimizer"])
    assert matrix.loc["adam", ["momentum", "sgd"]].tolist() == [1, 1]
    assert matrix.loc["sgd", ["adam", "momentum"]].tolist() == [0, 0]
    assert np.isnan(np.diag(matrix)).all()
