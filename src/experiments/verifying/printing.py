"""Print tables of numbers, with the largest errors, for a terminal of 80 columns."""

import sys
from collections.abc import Iterable, Iterator

from experiments.verifying.comparison import Comparison, Table

LABEL, COLUMN, GAP = 10, 15, 2
"""The width of a row's label, the least width of a column, and the gap before a column."""


def print_tables(tables: Iterable[Table]) -> bool:
    """Print tables as they come, and in the end what is wrong. Return whether nothing is."""
    compared: list[tuple[str, Comparison]] = []
    for number, table in enumerate(tables, 1):
        _write(*table_lines(number, table), "")
        compared += [(table.subject, each) for each in table.comparisons]
    wrong = [(subject, each) for subject, each in compared if not each.as_expected]
    refuted = sum(each.refuted for _, each in compared)
    if wrong:
        verb = "is" if len(wrong) == 1 else "are"
        _write(f"{len(wrong)} of {len(compared)} comparisons {verb} not as expected:")
        for subject, each in wrong:
            _write(f"  {subject}: {each.reference}, relative error {each.relative:.2g}")
    else:
        more = f", {refuted} refute{'s' if refuted == 1 else ''} a printed number"
        _write(f"All {len(compared) - refuted} comparisons agree{more if refuted else ''}.")
    return not wrong


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
        yield "nothing to compare with: the references do not know this class"


def comparison_lines(each: Comparison) -> Iterator[str]:
    """Yield the two lines of a comparison."""
    verdict = "agrees" if each.agrees else "is refuted" if each.refuted else "DIFFERS"
    n = f"{each.total:,}" if each.compared == each.total else f"{each.compared:,} of {each.total:,}"
    yield f"{each.reference}: {verdict} ({n} number{'s' if each.total > 1 else ''})"
    rounding = f", rounding {each.rounding:.1e}" if each.rounding else ""
    errors = f"largest error {each.absolute:.1e}, relative {each.relative:.1e}"
    yield f"  {errors}; tolerance {each.tolerance:g}{rounding}"


def _write(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
