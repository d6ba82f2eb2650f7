"""Durations, colours and tables of the terminal."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from experiments.recording import Status
from experiments.terminal import duration, name_cell, runs_table, status_cell
from experiments.terminal.style import STYLES


def printed(table: Table, width: int) -> list[str]:
    """Return the lines of a table on a terminal with so many columns."""
    file = io.StringIO()
    Console(file=file, width=width).print(table)
    return [line.rstrip() for line in file.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0:00"),
        (0.4, "0:00"),
        (9, "0:09"),
        (59.4, "0:59"),
        (59.7, "1:00"),
        (90, "1:30"),
        (119.9, "2:00"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (36_061, "10:01:01"),
    ],
)
def test_a_duration_is_shown_in_minutes_and_hours(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_every_status_has_a_colour() -> None:
    assert set(STYLES) == set(Status)
    for status in Status:
        cell = status_cell(status)
        assert cell.plain == status
        assert cell.style == STYLES[status]


def test_only_the_name_is_cut_in_a_narrow_terminal() -> None:
    table = runs_table(words=("status",), numbers=("epochs", "test"))
    table.add_row(name_cell(40 * "n"), status_cell(Status.FINISHED), "30/30", "95.00%")
    assert printed(table, 80) == [
        "run                                       status    epochs    test",
        f"{40 * 'n'}  finished   30/30  95.00%",
    ]
    assert printed(table, 40) == [
        "run             status    epochs    test",
        f"{13 * 'n'}…  finished   30/30  95.00%",
    ]


@pytest.mark.parametrize("name", ["sizes=[784,100,10] seed=1", "mirrors=[http://a]", "[bold]"])
def test_brackets_in_a_name_are_no_markup(name: str) -> None:
    table = runs_table(words=(), numbers=())
    table.add_row(name_cell(name))
    assert printed(table, 80)[1] == name
