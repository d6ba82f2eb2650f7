"""The layout of an outputs folder: which folder and file holds what.

outputs/runs/<identity>/   one folder per run
outputs/sweeps/<id>/       one folder per sweep
outputs/searches/<id>/     one folder per search: the trials, as Optuna keeps them
outputs/reports/           reports
outputs/looks.jsonl        the looks at comparisons
outputs/openings.jsonl     the openings of the test set by studies
"""

from pathlib import Path

RUNS_FOLDER = "runs"
"""The folder of the runs, in the outputs folder: one folder for each identity."""
SWEEPS_FOLDER = "sweeps"
"""The folder of the records of sweeps, in the outputs folder."""
SEARCHES_FOLDER = "searches"
"""The folder of the records of searches, in the outputs folder."""
REPORT = "report.html"
"""The name of a report among the artifacts of a sweep in MLflow."""
REPORTS = "reports"
"""The folder of the reports, in the outputs folder."""
LOOKS = "looks.jsonl"
"""The file, in the outputs folder, that counts the looks at comparisons."""
OPENINGS = "openings.jsonl"
"""The file, in the outputs folder, that counts the openings of the test set."""

JOURNAL = "journal.jsonl"
"""In the folder of a run: its events."""
NETWORK = "network.npz"
"""In the folder of a run: the trained network."""
WEIGHTS = "weights"
"""In the folder of a run: the folder of first-layer weights."""
CHECKPOINT = "checkpoint.npz"
"""In the folder of a run: the newest checkpoint."""
PREVIOUS_CHECKPOINT = "checkpoint.previous.npz"
"""In the folder of a run: the checkpoint before the newest."""
OUTPUT_LOG = "output.log"
"""In the folder of a run that belongs to a sweep: the text that its process printed."""
SWEEP_RECORD = "sweep.json"
"""In the folder of a sweep: its record."""
RESULTS = "results"
"""In the folder of a sweep that is a study: its tables and figures."""
SYNC_STATE = "tracked.json"
"""In the folder of a run or a sweep: how much of it MLflow has."""
TRACKING_LOG = "tracking.log"
"""In the folder of a run or a sweep: the text that the process which writes to MLflow printed."""


def run_folder(outputs: Path, identity: str) -> Path:
    """Return the folder of the run with this identity."""
    return outputs / RUNS_FOLDER / identity


def sweep_folder(outputs: Path, sweep: str) -> Path:
    """Return the folder of the sweep with this id."""
    return outputs / SWEEPS_FOLDER / sweep


def outputs_of(folder: Path) -> Path:
    """Return the outputs folder that contains the ``folder`` of a run or a sweep."""
    return folder.parents[1]


def run_folders(outputs: Path) -> list[Path]:
    """Return the folders of all runs, including runs that `rerun=true` has set aside."""
    return sorted(path.parent for path in outputs.glob(f"{RUNS_FOLDER}/*/{JOURNAL}"))


def is_set_aside(folder: Path) -> bool:
    """Return whether ``folder`` holds a run that `rerun=true` has set aside: `<identity>.1`."""
    return "." in folder.name


def is_run(folder: Path) -> bool:
    """Return whether ``folder`` is the folder of a run."""
    return (folder / JOURNAL).exists()


def is_sweep(folder: Path) -> bool:
    """Return whether ``folder`` is the folder of a sweep."""
    return (folder / SWEEP_RECORD).exists()
