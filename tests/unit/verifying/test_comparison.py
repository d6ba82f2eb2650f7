"""Comparisons: the largest difference, and whether it is rounding."""

import numpy as np
import pytest

from experiments.verifying import Comparison, Table


def compared(ours: object, theirs: object, **options: object) -> Comparison:
    return Comparison.of("a reference", ours, theirs, **{"tolerance": 1e-3, **options})


def test_the_relative_error_is_that_to_the_largest_number() -> None:
    found = compared([1.0, -4.0, 0.0], [1.0, -4.0, 0.002])
    assert found.absolute == pytest.approx(0.002)
    assert found.relative == pytest.approx(0.0005)
    assert found.agrees
    assert not compared([1.0, -4.0], [1.0, -4.005]).agrees
    assert not compared([0.0, 0.0], [0.0, 1e-30]).agrees


def test_numbers_that_are_all_zero_show_nothing() -> None:
    found = compared(np.zeros(3), np.zeros(3))
    assert (found.absolute, found.relative, found.all_zero) == (0.0, 0.0, True)
    for ours, theirs in (([0.0, 1.0], [0.0, 0.0]), ([0.0], [1e-300]), ([np.nan], [0.0])):
        assert not compared(ours, theirs).all_zero


def test_a_table_tells_what_its_comparisons_with_a_number_tell() -> None:
    zero, formula = compared([0.0], [0.0]), compared([1.0], [1.0])
    partial = compared([1.0], [1.0], partial=True)
    for comparisons, telling, is_partial in (
        ([zero], [], False),
        ([zero, partial], [partial], True),
        ([zero, partial, formula], [partial, formula], False),
    ):
        table = Table("a", "b", [], {}, comparisons)
        assert table.telling == telling
        assert table.is_partial == is_partial


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_number_that_is_not_finite_never_agrees(value: float) -> None:
    assert not compared([1.0, value], [1.0, 2.0]).agrees
    assert not compared([1.0, value], [1.0, value]).agrees
    assert not compared([1.0, value], [1.0, 2.0], rounding=1.0).agrees


def test_the_rounding_of_the_reference_is_no_error() -> None:
    assert compared([1e-9], [2e-9], rounding=2e-9).agrees
    assert compared([1.0], [1.011], rounding=0.01).agrees
    assert not compared([1.0], [1.012], rounding=0.01).agrees


def test_a_refuted_reference_has_to_differ() -> None:
    assert compared([1.0], [2.0], refuted=True).as_expected
    assert not compared([1.0], [1.0], refuted=True).as_expected
    assert compared([1.0], [1.0]).as_expected
    assert not compared([1.0], [2.0]).as_expected


def test_a_sample_knows_of_how_many_numbers_it_is() -> None:
    found = compared([[1.0, 2.0]], [[1.0, 2.0]], total=10)
    assert (found.compared, found.total) == (2, 10)
