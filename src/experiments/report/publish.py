"""Write the report of a sweep, and attach it with its figures and tables to the sweep in MLflow."""

import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from experiments.charts import Figure, bundle, png
from experiments.comparison import FORMATS, missing_runs
from experiments.recording import REPORT, write_atomically
from experiments.report.answers import Answer
from experiments.report.document import Document, document
from experiments.report.page import page
from experiments.report.subject import read
from experiments.report.words import count
from experiments.results import SweepSummary
from experiments.terminal import stage


def publish(source: Path | str, sweep: SweepSummary | None, folder: Path) -> list[str]:
    """Write the report of a sweep, or of all runs without one, into ``folder``.

    The name of the file is the id of the sweep. If the sweep has a store, the report is attached to
    it in MLflow, with its figures and the tables of all comparisons that the runs allow. Return
    sentences about what was done. Raise UserError if no run has finished or diverged.
    """
    with stage("Reading the runs"):
        subject = read(source, sweep)
    with ThreadPoolExecutor(max_workers=1) as pool:
        script = pool.submit(bundle)  # takes seconds, and does not hold Python's lock
        made = document(subject)
        with stage("Writing the page"):
            text = page(made, script.result())
    path = folder / f"{sweep.id if sweep else 'all'}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, text.encode())
    sentences = [missing] if (missing := missing_runs(subject.runs, sweep)) else []
    sentences.append(f"Report of {count(len(subject.runs), 'run')}: {path}")
    if sweep and sweep.store:
        with stage("Attaching the report to the sweep in MLflow"):
            sentences.append(_attach(sweep.store, sweep.id, path, made))
    return sentences


def _attach(store: str, sweep: str, report: Path, made: Document) -> str:
    """Attach the report, its figures and tables to the sweep with this id; return a sentence."""
    from experiments.mirror import attach  # imports MLflow

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(report, folder / REPORT)
        write_figures(made.figures, folder / "figures")
        write_tables(made.answers, folder / "tables")
        attached = attach(store, sweep, folder)
    run = f"the sweep's run in MLflow ({store})"
    return f"Attached to {run}" if attached else f"Not attached: there is no {run}"


def write_figures(figures: Sequence[Figure], folder: Path) -> None:
    """Write figures as PNG files, each with its name."""
    folder.mkdir(exist_ok=True)
    for figure in figures:
        (folder / f"{figure.name}.png").write_bytes(png(figure))


def write_tables(answers: Sequence[Answer], folder: Path) -> None:
    """Write the table of each comparison, in every format."""
    for answer in answers:
        if answer.comparison is not None:
            folder.mkdir(exist_ok=True)
            for suffix, to_text in FORMATS.items():
                text = to_text(answer.comparison)
                (folder / f"{answer.group}.{suffix}").write_text(text, encoding="utf-8")
