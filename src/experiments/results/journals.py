"""Results from the journals of an outputs folder."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from experiments.errors import DataError, UserError
from experiments.recording import (
    JOURNAL,
    SILENT_END,
    Record,
    Status,
    is_set_aside,
    is_sweep,
    outputs_of,
    parameters,
    read_record,
    read_sweep,
    run_folders,
    run_status,
    sweep_folder,
    sweep_folders,
)
from experiments.results.frames import Loaded, RunRow, no_epochs
from experiments.results.left_out import left_out, warn_of_left_out


def load_journals(folder: Path, sweep: str | None) -> Loaded:
    """Return the results of an outputs folder, or those of one sweep.

    ``folder`` is an outputs folder or the folder of a sweep. ``sweep`` is the id of a sweep in the
    outputs folder. Planned runs, which have no journal, are left out. So are runs whose journal
    is damaged, with a warning. Raise UserError if there are no other runs.
    """
    loaded = load_runs(_folders(folder, sweep))
    if loaded is None:
        part = "" if sweep is None else f" of sweep {sweep}"
        raise UserError(f"{folder}: no runs{part} are recorded there")
    return loaded


def load_runs(folders: Iterable[Path]) -> Loaded | None:
    """Return the results of the runs in these folders; None if none of them is recorded.

    Raise DataError if all that are recorded are damaged.
    """
    rows: list[RunRow] = []
    epochs: list[dict[str, str | float]] = []
    problems: list[str] = []
    for run in folders:
        try:
            record = read_record(run)
        except DataError as error:
            problems.append(str(error))
            continue
        if record is None:
            continue
        row = row_of(record, run_status(run, record), outputs_of(run))
        rows.append(row)
        epochs += [
            {"identity": row.identity, "epoch": event.epoch, **event.metrics}
            for event in record.epochs
        ]
    if not rows and problems:
        raise DataError(left_out(problems))
    if not rows:
        return None
    warn_of_left_out(problems)
    return Loaded.of(rows, _frame(epochs))


def count_journals(outputs: Path, sweep: str) -> tuple[int, int]:
    """Return the numbers of recorded runs of a sweep and of its outputs folder.

    Journals are counted and not read, so a damaged one does no harm.
    """
    return len(_recorded(_folders(outputs, sweep))), len(_recorded(_folders(outputs, None)))


def containing_outputs(folder: Path) -> Path:
    """Return the outputs folder, given that folder or the folder of a sweep in it."""
    return outputs_of(folder.absolute()) if is_sweep(folder) else folder


def row_of(record: Record, status: Status, outputs: Path) -> RunRow:
    """Return the row of a run, given its record, its status and the outputs folder."""
    start, end = record.start, record.end
    died = status is Status.INTERRUPTED and end is None
    return RunRow(
        identity=start.identity,
        name=start.name,
        status=status,
        started=int(start.time * 1000) / 1000,  # as MLflow keeps it, for the same order of runs
        run_seconds=record.seconds,
        data=start.dataset.sha256 if start.dataset else "",
        outputs=str(outputs.absolute()),
        message=SILENT_END if died else end.message if end else "",
        parameters=parameters(start.choices, start.config),
        certificate=record.certificate,
        end_metrics=end.metrics if end else {},
        correct_images=end.correct_images if end else {},
    )


def _folders(folder: Path, sweep: str | None) -> list[Path]:
    """Return the folders of the runs of an outputs folder, or of one sweep."""
    outputs = containing_outputs(folder)
    if sweep is None and not is_sweep(folder):
        return [each for each in run_folders(folder) if not is_set_aside(each)]
    place = folder.absolute() if sweep is None else sweep_folder(outputs, sweep)
    record = read_sweep(place)
    if record is None:
        known = ", ".join(each.name for each in sweep_folders(outputs)) or "none"
        raise UserError(f"{folder}: no sweep {sweep} is recorded there; there are {known}")
    return record.folders(place)


def _recorded(folders: Sequence[Path]) -> list[Path]:
    """Return the folders with a journal that is not empty."""
    journals = [folder / JOURNAL for folder in folders]
    return [each.parent for each in journals if each.exists() and each.stat().st_size]


def _frame(epochs: list[dict[str, str | float]]) -> pd.DataFrame:
    if not epochs:
        return no_epochs()
    frame = pd.DataFrame(epochs)
    return frame[["identity", "epoch", *sorted(frame.columns[2:])]]
