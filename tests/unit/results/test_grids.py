"""Dividing runs into grids."""

from collections.abc import Sequence
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.results.grids import Settings, grids

Run = tuple[tuple[str, int | str], ...]


def all_of(**values: Sequence[int | str]) -> list[Settings]:
    """Return every combination of the values."""
    return [dict(zip(values, each, strict=True)) for each in product(*values.values())]


def run(settings: Settings) -> frozenset[tuple[str, object]]:
    return frozenset(settings.items())


runs = st.lists(
    st.fixed_dictionaries(
        {"loss": st.sampled_from(["mse", "ce"]), "seed": st.integers(0, 3)},
        optional={"l2": st.integers(0, 1)},
    ),
    min_size=1,
    max_size=16,
    unique_by=run,
)


@given(runs)
def test_every_run_is_in_one_grid(found: list[Settings]) -> None:
    divided = grids(found)
    assert sorted(
        map(str, map(sorted, (each.items() for grid in divided for each in grid)))
    ) == sorted(map(str, map(sorted, (each.items() for each in found))))


@given(runs)
def test_every_grid_has_all_combinations_of_its_values(found: list[Settings]) -> None:
    for grid in grids(found):
        assert len({tuple(each) for each in grid}) == 1
        values = {key: sorted({each[key] for each in grid}, key=str) for key in grid[0]}
        assert {run(each) for each in all_of(**values)} == {run(each) for each in grid}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("found", "n_grids"),
    [
        (all_of(loss=["mse", "ce"], seed=[0, 1, 2]), 1),
        (all_of(loss=["mse"], seed=[0, 1, 2]) + all_of(loss=["ce"], seed=[0, 1]), 2),
        (all_of(loss=["mse", "ce"], l2=[0, 5])[:-1], 2),  # a corner is missing
        (
            all_of(loss=["mse"], rate=[3], seed=[0, 1])
            + all_of(loss=["ce"], rate=[1], seed=[0, 1]),
            2,
        ),
        (all_of(loss=["mse"], seed=[0]) + all_of(loss=["ce"], l2=[5], seed=[0]), 2),
    ],
)
def test_there_are_no_more_grids_than_needed(found: list[Settings], n_grids: int) -> None:
    assert len(grids(found)) == n_grids


def test_seeds_are_kept_together() -> None:
    found = all_of(loss=["mse"], seed=[0, 1, 2]) + all_of(loss=["ce"], seed=[1, 2, 3])
    assert [{each["loss"] for each in grid} for grid in grids(found)] == [{"mse"}, {"ce"}]
