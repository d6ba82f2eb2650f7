"""Print tables of numbers, with the largest errors, for a terminal of 80 columns."""

import math
import sys
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from experiments.verifying.comparison import Comparison, Table

NOT_A_NUMBER = "not a number"
ALL_ZERO = "every number is zero: this shows nothing"
WIDTH, LABEL, COLUMN, GAP = 80, 10, 15, 2
"""The width of a line and of a row's label, the least one of a column, and the gap before it."""


def print_tables(tables: Iterable[Table]) -> bool:
    """Print tables as they come, and in the end what is wrong. Return whether nothing is."""
    printed: list[Table] = []
    for number, table in enumerate(tables, 1):
        _write(*table_lines(number, table), "")
        printed.append(table)
    agree, checked = _summarise_comparisons(printed), _summarise_gaps(printed)
    return agree and checked


def _summarise_comparisons(tables: Sequence[Table]) -> bool:
    """Print how many comparisons agree, and the others. Return whether there are no others."""
    compared = [(table.subject, each) for table in tables for each in table.telling]
    wrong = [(subject, each) for subject, each in compared if not each.as_expected]
    refuted = sum(each.refuted for _, each in compared)
    if wrong:
        verb = "is" if len(wrong) == 1 else "are"
        _write(f"{len(wrong)} of {len(compared)} comparisons {verb} not as expected:")
        for subject, each in wrong:
            _write(f"  {subject}: {each.reference}, {each.says or _relative(each)}")
    else:
        more = f", {refuted} refute{'s' if refuted == 1 else ''} a printed number"
        _write(f"All {len(compared) - refuted} comparisons agree{more if refuted else ''}.")
    return not wrong


def _summarise_gaps(tables: Sequence[Table]) -> bool:
    """Print what could not be compared, or not with a formula.

    Return whether something was compared of each chosen class.
    """
    partial = [table for table in tables if table.is_partial]
    unknown = [table for table in tables if not table.telling]
    chosen = [table.chosen for table in unknown if table.chosen]
    for some, problem in ((partial, "no formula to compare with"), (unknown, "no comparison")):
        if some:
            have = "1 table has" if len(some) == 1 else f"{len(some)} tables have"
            names = ", ".join(table.subject for table in some)
            _write(*textwrap.wrap(f"{have} {problem}: {names}.", WIDTH, subsequent_indent="  "))
    if chosen:
        _write(f"Nothing could check {' and '.join(chosen)}, so the exit code is 1.")
    return not chosen


def table_lines(number: int, table: Table) -> Iterator[str]:
    """Yield the lines of a table."""
    yield f"Table {number}. {table.subject}, {table.about}"
    widths = [max(COLUMN, len(name)) + GAP for name in table.columns]
    names = (f"{name:>{width}}" for name, width in zip(table.columns, widths, strict=True))
    yield f"{'':{LABEL}}{''.join(names)}"
    for label, *values in zip(table.labels, *table.columns.values(), strict=True):
        numbers = (f"{value:>{width}.8e}" for value, width in zip(values, widths, strict=True))
        yield f"{label:{LABEL}}{''.join(numbers)}"
    for each in table.comparisons:
        yield from comparison_lines(each)
    if table.note:
        yield table.note
    if not table.comparisons:
        yield "nothing to compare with"


def comparison_lines(each: Comparison) -> Iterator[str]:
    """Yield the two lines of a comparison."""
    verdict = "agrees" if each.agrees else "is refuted" if each.refuted else "DIFFERS"
    if each.all_zero:
        verdict = "no comparison"
    n = f"{each.total:,}" if each.compared == each.total else f"{each.compared:,} of {each.total:,}"
    yield f"{each.reference}: {verdict} ({n} number{'s' if each.total > 1 else ''})"
    rounding = f", rounding {each.rounding:.1e}" if each.rounding else ""
    errors = f"largest error {each.absolute:.1e}, relative {each.relative:.1e}"
    if math.isnan(each.absolute):
        errors = NOT_A_NUMBER
    says = ALL_ZERO if each.all_zero else each.says
    yield f"  {says or f'{errors}; tolerance {each.tolerance:g}{rounding}'}"


def _relative(each: Comparison) -> str:
    return NOT_A_NUMBER if math.isnan(each.relative) else f"relative error {each.relative:.2g}"


def _write(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
