"""Write the report of a sweep, and attach it with its figures and tables to the sweep in MLflow."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd

from experiments import results
from experiments.comparison import ARM, CHOICES, FORMATS, compare, missing_runs, named
from experiments.errors import UserError
from experiments.recording import write_atomically
from experiments.report.notebooks import Section, execute_all
from experiments.report.page import page
from experiments.results import SweepSummary


def publish(source: Path | str, sweep: SweepSummary | None, folder: Path) -> list[str]:
    """Write the report of a sweep, or of all runs without one, into ``folder``.

    The name of the file is the id of the sweep. If the sweep has a store, the report is attached to
    it in MLflow, with its figures and the tables of all comparisons that the runs allow. Return
    sentences about what was done. Raise UserError if no notebook can be executed to its end.
    """
    runs = results.runs(source, sweep=sweep.id if sweep else None)
    sections = execute_all(
        {
            "source": str(source.absolute()) if isinstance(source, Path) else source,
            "sweep": sweep.id if sweep else None,
        }
    )
    if all(section.error for section in sections):
        raise UserError(sections[0].error)
    path = folder / f"{sweep.id if sweep else 'all'}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, page(sections, runs, sweep).encode())
    sentences = [f"{section.name}: {section.error}" for section in sections if section.error]
    if missing := missing_runs(runs, sweep):
        sentences.append(missing)
    sentences.append(f"Report of {len(runs)} runs: {path}")
    if sweep and sweep.store:
        sentences.append(_attach(sweep.store, sweep.id, path, sections, runs))
    return sentences


def _attach(
    store: str, sweep: str, report: Path, sections: Sequence[Section], runs: pd.DataFrame
) -> str:
    """Attach the report, its figures and tables to the sweep with this id; return a sentence."""
    from experiments.mirror import attach  # imports MLflow

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(report, folder / "report.html")
        write_figures(sections, folder / "figures")
        write_tables(runs, folder / "tables")
        attached = attach(store, sweep, folder)
    run = f"the sweep's run in MLflow ({store})"
    return f"Attached to {run}" if attached else f"Not attached: there is no {run}"


def write_figures(sections: Sequence[Section], folder: Path) -> None:
    """Write the figures of notebooks as PNG files, numbered from 1 in each notebook."""
    folder.mkdir(exist_ok=True)
    for section in sections:
        for number, figure in enumerate(section.figures, 1):
            (folder / f"{section.name}-{number}.png").write_bytes(figure)


def write_tables(runs: pd.DataFrame, folder: Path) -> None:
    """Write the comparison of each group that can be compared, in every format."""
    swept = [group for group in CHOICES if named(runs, group)[ARM].nunique() > 1]
    for group in swept:
        with suppress(UserError):  # the arms have too few seeds in common
            comparison = compare(runs, group)
            folder.mkdir(exist_ok=True)
            for suffix, to_text in FORMATS.items():
                (folder / f"{group}.{suffix}").write_text(to_text(comparison), encoding="utf-8")
