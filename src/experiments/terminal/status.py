"""`experiments status`: the status of sweeps and runs, read from their records."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.configuration import first_sweep
from experiments.errors import DataError, UserError
from experiments.recording import (
    Record,
    Status,
    is_set_aside,
    is_sweep,
    read_record,
    read_sweep,
    run_folders,
    run_status,
    sweep_folders,
)
from experiments.terminal.epochs import Epochs
from experiments.terminal.style import STYLES, name_cell, runs_table, status_cell, time_left
from experiments.terminal.summary import percentage, test_cell


@dataclass(frozen=True)
class RunLine:
    """A run. ``record`` is None if it has none, or if that is damaged."""

    name: str
    status: Status
    record: Record | None
    message: str = ""  # why it did not finish


@dataclass(frozen=True)
class Group:
    """The runs of a sweep, or the runs that belong to no sweep."""

    title: str
    rows: Sequence[RunLine]


def show_status(outputs: Path, chosen: str | None) -> None:
    """Print one line for each sweep, and a table of the runs of the newest or the chosen sweep.

    ``chosen`` is the folder of a sweep or the first characters of its id. Raise UserError if there
    is no such sweep, or nothing is recorded.
    """
    console = Console(highlight=False)
    folders = [_find_sweep(outputs, chosen)] if chosen else sweep_folders(outputs)
    groups, swept, damaged = _sweep_groups(folders)
    shown = groups[-1] if groups else None
    single = [] if chosen else _single_runs(outputs, swept)
    if single:
        groups.append(Group("single runs", single))
    if not groups and damaged:
        raise DataError("; ".join(damaged))
    if not groups:
        raise UserError(
            f"{outputs}: no runs are recorded there yet; make some with: {first_sweep(outputs)}"
        )
    for message in damaged:
        console.print(Text(message, "red"), soft_wrap=True)
    for group in groups:
        console.print(Text(group.title, "bold"), Text(_counts(group.rows)), soft_wrap=True)
    rows = (shown or groups[-1]).rows
    console.print()
    if shown and len(groups) > 1:
        newest = shown.title.partition(" ")[0]
        console.print(f"The newest sweep, {newest}; the id of another one shows its runs:")
    console.print(_table(rows))
    if certified := _certified(rows):
        console.print(certified)
    elsewhere = [row for group in groups for row in group.rows if row.status is Status.DAMAGED]
    for row in [*rows, *(row for row in elsewhere if row not in rows)]:
        if row.message:
            console.print(Text(f"{row.name}: {row.message}", STYLES[row.status]), soft_wrap=True)


def _find_sweep(outputs: Path, chosen: str) -> Path:
    if is_sweep(Path(chosen)):
        return Path(chosen).absolute()
    found = [folder for folder in sweep_folders(outputs) if folder.name.startswith(chosen)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(folder.name for folder in sweep_folders(outputs)) or "none"
    raise UserError(f"{chosen}: {len(found)} sweeps match, expected one; known ids: {known}")


def _sweep_groups(sweeps: Sequence[Path]) -> tuple[list[Group], set[Path], list[str]]:
    """Return the runs of sweeps, their folders, and what is wrong with damaged sweeps."""
    groups: list[Group] = []
    swept: set[Path] = set()
    damaged: list[str] = []
    for sweep in sweeps:
        try:
            group, folders = _sweep_group(sweep)
        except DataError as error:
            damaged.append(str(error))
            continue
        groups.append(group)
        swept.update(folders)
    return groups, swept, damaged


def _sweep_group(folder: Path) -> tuple[Group, list[Path]]:
    """Return the runs of a sweep and their folders. Raise DataError."""
    sweep = read_sweep(folder)
    if sweep is None:
        raise DataError(f"{folder}: no sweep is recorded there")
    folders = sweep.folders(folder)
    rows = [_row(run.name, place) for run, place in zip(sweep.runs, folders, strict=True)]
    return Group(f"{sweep.id}  {sweep.name or 'sweep'}", rows), folders


def _single_runs(outputs: Path, swept: set[Path]) -> list[RunLine]:
    """Return the runs that belong to no sweep, the oldest first."""
    folders = [each for each in run_folders(outputs) if each not in swept]
    rows = [_row("", folder) for folder in folders if not is_set_aside(folder)]
    return sorted(rows, key=lambda row: row.record.start.time if row.record else 0.0)


def _row(name: str, folder: Path) -> RunLine:
    try:
        record = read_record(folder)
    except DataError as error:
        return RunLine(name or folder.name, Status.DAMAGED, None, str(error))
    status = run_status(folder, record)
    message = record.end.message if record and record.end else ""
    name = name or (record.start.name if record else folder.name)
    return RunLine(name, status, record, message)


def _counts(rows: Sequence[RunLine]) -> str:
    counts = Counter(row.status for row in rows)
    return ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))


def _table(rows: Sequence[RunLine]) -> Table:
    table = runs_table(words=("status",), numbers=("epochs", "validation", "test", "ETA"))
    for row in rows:
        last = row.record.epochs[-1].metrics if row.record and row.record.epochs else {}
        test = row.record.end.metrics if row.record and row.record.end else {}
        table.add_row(
            name_cell(row.name),
            status_cell(row.status),
            f"{Epochs.of(row.record)}" if row.record else "",
            percentage(last.get("validation/accuracy")),
            test_cell(row.status, test.get("test/accuracy")),
            _remaining(row),
        )
    return table


def _certified(rows: Sequence[RunLine]) -> str:
    """Return a line about the gradients that were checked; nothing if none was."""
    found = [row.record.certificate for row in rows if row.record and row.record.certificate]
    checked = [each for each in found if each.errors]
    if not checked:
        return ""
    right = f"{sum(each.passed for each in checked)} of {len(checked)} right"
    largest = f"largest error {max(each.largest_error for each in checked):.1g}"
    return f"Gradients checked before training: {right}, {largest}"


def _remaining(row: RunLine) -> str:
    """Return the remaining time of a running run; nothing before its first epoch has ended."""
    if row.status is not Status.RUNNING or not row.record or not row.record.epochs:
        return ""
    epochs = Epochs.of(row.record)
    seconds = row.record.seconds / epochs.complete * epochs.left
    return time_left(seconds, may_end=epochs.may_end)
