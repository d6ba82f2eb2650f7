"""How sweeps and runs stand, from their records alone: `experiments status`."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from experiments.errors import DataError, UserError
from experiments.recording.record import (
    RUNS,
    SWEEP,
    Record,
    read,
    read_sweep,
    run_folders,
    state,
    sweep_folders,
)
from experiments.terminal.display import STYLES, clock

Row = tuple[str, str, Record]
"""Name, state and record of a run."""


def status(outputs: Path, chosen: str | None) -> None:
    """Print one line for each sweep, and a table of the runs of the newest, or of the one chosen.

    ``chosen`` is the folder of a sweep or the beginning of its id. Raises UserError if there is no
    such sweep, or nothing at all.
    """
    console = Console(highlight=False)
    groups: dict[str, list[Row]] = {}
    newest = ""
    swept: set[Path] = set()
    for sweep in [_sweep(outputs, chosen)] if chosen else sweep_folders(outputs):
        try:
            members = _members(sweep)
        except DataError as error:
            console.print(Text(str(error), "red"), soft_wrap=True)
            continue
        newest = _title(sweep)
        groups[newest] = _rows(members)
        swept.update(folder for _, folder in members)
    if chosen is None:
        alone = [
            each for each in run_folders(outputs) if each not in swept and "." not in each.name
        ]
        if alone:
            rows = _rows([("", folder) for folder in alone])
            groups["runs on their own"] = sorted(
                rows, key=lambda row: row[2].start.get("time", 0.0)
            )
    if not groups:
        raise UserError(f"{outputs}: no runs are recorded there yet; make some with: make sweep")
    for title, rows in groups.items():
        console.print(Text(title, "bold"), Text(_counts(rows)), soft_wrap=True)
    console.print()
    rows = groups[newest] if newest else list(groups.values())[-1]
    console.print(_table(rows))
    damaged = [row for group in groups.values() for row in group if row[1] == "damaged"]
    for name, status, record in [*rows, *(row for row in damaged if row not in rows)]:
        if "message" in record.end and status != "running":
            words = f"{name}: {record.end['message']}"
            console.print(Text(words, STYLES.get(status, "red")), soft_wrap=True)


def _sweep(outputs: Path, chosen: str) -> Path:
    if (Path(chosen) / SWEEP).exists():
        return Path(chosen).absolute()
    found = [each for each in sweep_folders(outputs) if each.name.startswith(chosen)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(each.name for each in sweep_folders(outputs)) or "none"
    raise UserError(f"{chosen}: {len(found)} sweeps begin so; there are {known}")


def _title(sweep: Path) -> str:
    record = read_sweep(sweep) or {}
    return f"{sweep.name}  {record['name'] or 'sweep'}"


def _members(sweep: Path) -> list[tuple[str, Path]]:
    """Return name and folder of a sweep's runs. Raises DataError."""
    runs = (read_sweep(sweep) or {})["runs"]
    return [(run["name"], sweep.parents[1] / RUNS / run["identity"]) for run in runs]


def _rows(members: Sequence[tuple[str, Path]]) -> list[Row]:
    rows = []
    for name, folder in members:
        try:
            record = read(folder)
        except DataError as error:
            damaged = Record(end={"status": "damaged", "message": str(error)})
            rows.append((name or folder.name, "damaged", damaged))
            continue
        known = record or Record()
        rows.append((name or known.start.get("name", folder.name), state(folder, record), known))
    return rows


def _counts(rows: Sequence[Row]) -> str:
    counts = Counter(status for _, status, _ in rows)
    return ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))


def _table(rows: Sequence[Row]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run")
    table.add_column("stands", no_wrap=True)
    for column in ("epochs", "validation", "test", "ETA"):
        table.add_column(column, justify="right", no_wrap=True)
    for name, status, record in rows:
        last = record.epochs[-1]["metrics"] if record.epochs else {}
        test = record.end.get("metrics", {})
        table.add_row(
            Text(name, no_wrap=True, overflow="ellipsis"),  # only this gives way to the others
            Text(status, STYLES.get(status, "red")),
            _epochs(record),
            f"{last['validation/accuracy']:.2%}" if last else "",
            f"{test['test/accuracy']:.2%}" if test else "",
            _to_go(status, record),
        )
    return table


def _epochs(record: Record) -> str:
    if not record.start:
        return ""
    return f"{len(record.epochs)}/{record.start['config']['epochs']}"


def _to_go(status: str, record: Record) -> str:
    """Return the time that a run under way still takes, as far as that is known."""
    done = len(record.epochs)
    if status != "running" or not done:
        return ""
    return clock(record.seconds / done * (record.start["config"]["epochs"] - done))
