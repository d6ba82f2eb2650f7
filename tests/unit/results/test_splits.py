"""A cut of the data for each seed, in a frame of runs."""

import pandas as pd
import pytest
from made_runs import frame_of

from experiments.results import (
    OWN_SPLIT,
    SPLIT,
    commands,
    experiment,
    with_choices,
    with_own_splits,
    with_seeds,
)


def split(*pairs: tuple[int, int]) -> pd.DataFrame:
    """Return runs with these pairs of seed and split seed."""
    return frame_of([(f"seed={seed}", f"{SPLIT}={cut}") for seed, cut in pairs])


def test_a_cut_for_each_seed_is_written_as_the_command_line_gives_it() -> None:
    runs = split((0, 0), (1, 1), (3, 3))
    assert with_own_splits(runs)[SPLIT].tolist() == [OWN_SPLIT] * 3
    assert runs[SPLIT].tolist() == [0, 1, 3]
    pd.testing.assert_frame_equal(with_own_splits(with_own_splits(runs)), with_own_splits(runs))


@pytest.mark.parametrize("pairs", [[(0, 0), (1, 0)], [(0, 0), (1, 2)], [(1, 1)], [(0, 1), (1, 0)]])
def test_other_cuts_stay_options(pairs: list[tuple[int, int]]) -> None:
    runs = split(*pairs)
    assert with_own_splits(runs)[SPLIT].tolist() == [cut for _, cut in pairs]


def test_the_command_gives_each_seed_its_own_cut_also_if_there_are_more_seeds() -> None:
    runs = split((0, 0), (1, 1))
    assert commands(runs) == ["python run.py -m 'dataset.split_seed=${seed}' seed=0,1"]
    first = with_own_splits(runs).iloc[:1]
    expected = "'dataset.split_seed=${seed}' 'seed=range(5)'"
    assert commands(with_seeds(first, range(5))) == [f"python run.py -m {expected}"]
    (line,) = with_choices(first.iloc[0], "loss", range(5))
    assert line.endswith(expected)


def test_an_experiment_has_the_cut_of_its_seed() -> None:
    rows = with_own_splits(split((0, 0), (4, 4)))
    assert experiment(rows.iloc[1]).dataset.split_seed == 4
