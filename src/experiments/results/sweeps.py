"""List the sweeps of a source, and find a sweep by its id."""

from dataclasses import dataclass
from pathlib import Path

from experiments.configuration import in_home, run_command
from experiments.errors import UserError
from experiments.recording import RecordedStudy, read_sweep, sweep_folders
from experiments.results.sources import is_uri
from experiments.tracking import check_answers


@dataclass(frozen=True, kw_only=True)
class SweepSummary:
    """A sweep: its command, the number of its runs, and the time of its first start.

    ``time`` is in seconds since 1970. ``store`` is the address of its MLflow store, or None if the
    sweep is not tracked. ``study`` is given if its runs are those of a study.
    """

    id: str
    name: str
    command: str
    n_runs: int
    time: float
    store: str | None
    study: RecordedStudy | None = None


def sweeps(source: Path | str) -> list[SweepSummary]:
    """Return the sweeps of an outputs folder or an MLflow store, the newest last."""
    source = in_home(source)
    return _tracked(str(source)) if is_uri(source) else _recorded(Path(source))


def find_sweep(source: Path | str, prefix: str | None) -> SweepSummary | None:
    """Return the sweep whose id begins with ``prefix``; without a prefix, the newest sweep.

    Return None if there is no prefix and no sweep. Raise UserError unless exactly one id begins
    with the prefix.
    """
    known = sweeps(source)
    if prefix is None:
        return known[-1] if known else None
    found = [sweep for sweep in known if sweep.id.startswith(prefix)]
    if len(found) != 1:
        ids = ", ".join(sweep.id for sweep in known) or "none"
        deleted = "" if found or not is_uri(source) else _deleted(str(in_home(source)))
        raise UserError(
            f"{prefix}: {len(found)} sweeps of {source} match, expected one; known ids:"
            f" {ids}{deleted}"
        )
    return found[0]


def _deleted(uri: str) -> str:
    from experiments.mirror import deleted_with_runs  # imports MLflow

    return deleted_with_runs(uri)


def _recorded(outputs: Path) -> list[SweepSummary]:
    records = [read_sweep(folder) for folder in sweep_folders(outputs)]
    return [
        SweepSummary(
            id=record.id,
            name=record.name,
            command=run_command(record.words),
            n_runs=len(record.runs),
            time=record.time,
            store=record.tracking.uri,
            study=record.study,
        )
        for record in records
        if record is not None
    ]


def _tracked(uri: str) -> list[SweepSummary]:
    check_answers(uri)
    from experiments.mirror import find_sweeps  # imports MLflow

    return [
        SweepSummary(
            id=sweep.id,
            name=sweep.name,
            command=run_command(sweep.overrides),
            n_runs=sweep.n_runs,
            time=sweep.time,
            store=uri,
            study=sweep.study,
        )
        for sweep in find_sweeps(uri)
    ]
