"""Colours, durations and tables of the terminal."""

from rich.table import Table
from rich.text import Text

from experiments.recording import Status

STYLES = {
    Status.FINISHED: "green",
    Status.DIVERGED: "yellow",
    Status.FAILED: "bold red",
    Status.INTERRUPTED: "red",
    Status.DAMAGED: "red",
    Status.RUNNING: "cyan",
    Status.PLANNED: "dim",
}


def duration(seconds: float) -> str:
    """Return a duration as minutes and seconds, with hours if there are any."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def time_left(seconds: float, *, may_end: bool) -> str:
    """Return the time of the epochs that are left, the longest if a schedule may end the run."""
    return f"up to {duration(seconds)}" if may_end else duration(seconds)


def runs_table(*, words: tuple[str, ...], numbers: tuple[str, ...]) -> Table:
    """Return an empty table of runs: a column for the name, columns of words, columns of numbers.

    In a narrow terminal only the name is cut.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run")
    for column in words:
        table.add_column(column, no_wrap=True)
    for column in numbers:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def name_cell(name: str) -> Text:
    """Return a run's name as a cell that may be cut."""
    return Text(name, no_wrap=True, overflow="ellipsis")


def status_cell(status: Status) -> Text:
    """Return a status in its colour."""
    return Text(status, STYLES[status])
