"""Printed tables: first rows, largest errors, a summary, 80 columns."""

import dataclasses
import math

import pytest

from experiments.verifying import Comparison, Table, print_tables

RIGHT = Comparison.of("by hand", [1.0, 2.0], [1.0, 2.0 + 1e-12], tolerance=1e-10, total=5000)
WRONG = Comparison.of("JAX", [1.0, 2.0], [1.0, 1.0], tolerance=1e-10)
REFUTED = Comparison.of("printed", [1.0], [2.0], tolerance=0.0, refuted=True)


def table(*comparisons: Comparison) -> Table:
    columns = {"ours": [0.5, -1e-100], "finite differences": [0.5, 3e8]}
    return Table("Gradient", "of a layer", ["1,1", "10,784"], columns, comparisons)


def test_a_table_has_its_rows_and_its_largest_errors(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_tables([table(RIGHT)])
    assert capsys.readouterr().out == (
        "Table 1. Gradient, of a layer\n"
        "                       ours  finite differences\n"
        "1,1          5.00000000e-01      5.00000000e-01\n"
        "10,784     -1.00000000e-100      3.00000000e+08\n"
        "by hand: agrees (2 of 5,000 numbers)\n"
        "  largest error 1.0e-12, relative 5.0e-13; tolerance 1e-10\n"
        "\n"
        "All 1 comparisons agree.\n"
    )


def test_a_difference_is_named_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert not print_tables([table(RIGHT), table(RIGHT, WRONG)])
    printed = capsys.readouterr().out
    assert "JAX: DIFFERS (2 numbers)\n" in printed
    assert printed.endswith(
        "1 of 3 comparisons is not as expected:\n  Gradient: JAX, relative error 0.5\n"
    )


def test_a_refuted_number_is_as_expected(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_tables([table(RIGHT, REFUTED)])
    printed = capsys.readouterr().out
    assert "printed: is refuted (1 number)\n" in printed
    assert printed.endswith("All 1 comparisons agree, 1 refutes a printed number.\n")
    not_refuted = Comparison.of("printed", [1.0], [1.0], tolerance=0.0, refuted=True)
    assert not print_tables([table(not_refuted)])


def test_without_a_comparison_a_table_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert print_tables([table(RIGHT), table()])
    printed = capsys.readouterr().out
    assert "nothing to compare with\n" in printed
    assert printed.endswith("All 1 comparisons agree.\n1 table has no comparison: Gradient.\n")


def test_zeros_are_no_agreement(capsys: pytest.CaptureFixture[str]) -> None:
    zero = Comparison.of("JAX", [0.0, 0.0], [0.0, 0.0], tolerance=1e-10)
    assert print_tables([table(RIGHT, zero), table(zero)])
    printed = capsys.readouterr().out
    assert "JAX: no comparison (2 numbers)\n  every number is zero: this shows nothing\n" in printed
    assert printed.endswith("All 1 comparisons agree.\n1 table has no comparison: Gradient.\n")
    assert not print_tables([dataclasses.replace(table(zero), chosen="the activation mine")])


def test_the_names_of_many_tables_fit_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"Gradient of the weights of layer {number}" for number in range(1, 5)]
    print_tables([dataclasses.replace(table(), subject=each) for each in names])
    end = capsys.readouterr().out.partition("4 tables have no comparison: ")[2]
    assert max(map(len, end.splitlines())) <= 80
    assert " ".join(end.split()) == f"{', '.join(names)}."


def test_a_chosen_class_that_nothing_checks_is_no_success(
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = dataclasses.replace(table(), chosen="the optimizer mine")
    assert not print_tables([table(RIGHT), table(), chosen])
    assert capsys.readouterr().out.endswith(
        "2 tables have no comparison: Gradient, Gradient.\n"
        "Nothing could check the optimizer mine, so the exit code is 1.\n"
    )
    assert print_tables([dataclasses.replace(chosen, comparisons=[RIGHT])])


def test_a_comparison_without_a_formula_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    partial = dataclasses.replace(RIGHT, partial=True, says="goes down")
    assert print_tables([table(partial), table(partial, RIGHT)])
    printed = capsys.readouterr().out
    assert "by hand: agrees (2 of 5,000 numbers)\n  goes down\n" in printed
    assert printed.endswith("1 table has no formula to compare with: Gradient.\n")
    assert not print_tables([table(dataclasses.replace(WRONG, partial=True, says="goes up"))])
    assert "  Gradient: JAX, goes up\n" in capsys.readouterr().out


def test_a_number_that_is_none_has_no_relative_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert not print_tables([table(Comparison.of("JAX", [math.nan], [1.0], tolerance=1.0))])
    printed = capsys.readouterr().out
    assert "  not a number; tolerance 1\n" in printed
    assert printed.endswith("  Gradient: JAX, not a number\n")
