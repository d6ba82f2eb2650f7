"""Warnings about runs that are left out."""

import warnings

import pytest

from experiments.results import LeftOutWarning
from experiments.results.left_out import left_out, warn_of_left_out


def test_the_first_problem_is_named_and_the_others_are_counted() -> None:
    assert left_out(["a: is damaged"]) == "a: is damaged"
    assert left_out(["a: is damaged", "b"]) == "a: is damaged; and 1 more journal"
    assert left_out(["a: is damaged", "b", "c"]) == "a: is damaged; and 2 more journals"


def test_there_is_a_warning_only_if_something_is_left_out() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_left_out([])
    with pytest.warns(LeftOutWarning, match=r"^Left out: a: is damaged$"):
        warn_of_left_out(["a: is damaged"])
