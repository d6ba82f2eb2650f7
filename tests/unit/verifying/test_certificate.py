"""The certificate of a run as a table."""

import math

import pytest
import records

from experiments.recording import NOT_A_NUMBER
from experiments.verifying.certificate import certificate_table


def test_the_table_has_the_error_and_the_tolerance_of_each_layer() -> None:
    table = certificate_table(records.certificate(3e-9, 2e-9))
    assert "16 images" in table.about
    assert table.labels == ["layer 1", "layer 2"]
    assert table.columns == {"relative error": [3e-9, 2e-9], "tolerance": [1e-5, 1e-5]}
    (found,) = table.comparisons
    assert found.agrees
    assert found.relative == 3e-9


def test_a_layer_above_the_tolerance_differs() -> None:
    (found,) = certificate_table(records.certificate(2e-5, 2e-9)).comparisons
    assert not found.agrees
    assert found.relative == 2e-5


def test_a_gradient_that_is_not_a_number_differs_and_has_no_error() -> None:
    table = certificate_table(records.certificate(NOT_A_NUMBER, 2e-9))
    assert math.isnan(table.columns["relative error"][0])
    (found,) = table.comparisons
    assert not found.agrees
    assert math.isnan(found.relative)


@pytest.mark.parametrize(("first", "all_zero"), [(0.0, True), (2e-9, False)])
def test_errors_that_are_exactly_zero_show_nothing(first: float, all_zero: bool) -> None:
    table = certificate_table(records.certificate(first, 0.0))
    (found,) = table.comparisons
    assert found.all_zero == all_zero
    assert "exactly 0 shows nothing" in table.note
    assert certificate_table(records.certificate(1e-9, 2e-9)).note == ""


def test_without_a_finite_cost_there_is_nothing_to_compare() -> None:
    table = certificate_table(records.certificate(errors=[]))
    assert table.comparisons == []
    assert "not finite" in table.note
