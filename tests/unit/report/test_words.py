"""Numbers with their units."""

import math

import pytest

from experiments.report.words import count, listed, mean_words, percent, span


def test_accuracies_are_in_per_cent() -> None:
    assert percent(0.95831) == "95.83 %"
    assert percent(math.nan) == "-"


def test_a_mean_has_an_interval_if_there_are_several_values() -> None:
    assert mean_words([0.95, 0.97]) == "96.00 % ± 12.71"
    assert mean_words([0.95, math.nan]) == "95.00 %"
    assert mean_words([]) == "-"


@pytest.mark.parametrize(
    ("seconds", "words"), [(8.41, "8.41 s"), (720, "12 min"), (12600, "3.5 h")]
)
def test_times_have_a_unit(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_things_are_counted() -> None:
    assert [count(1, "run"), count(1200, "run")] == ["1 run", "1,200 runs"]


def test_a_list_is_cut() -> None:
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a", "b", "c"], most=1) == "a and 2 more"
