"""The mirror: MLflow's copy of the records, made by a process of its own. It imports MLflow."""

import experiments.mirror.settings

# isort: split
import experiments.mirror.time_limit  # noqa: F401 - before MLflow asks a server
from experiments.mirror.reading import deleted_with_runs, existing_store, readable_store
from experiments.mirror.store import open_store
from experiments.mirror.sync import sync
from experiments.mirror.tracked_metrics import epoch_metrics
from experiments.mirror.tracked_runs import TrackedRun, download_files, find_runs, tracked_record
from experiments.mirror.tracked_sweeps import TrackedSweep, attach, find_sweeps
from experiments.mirror.ui import is_free, serve, wait_until_up

__all__ = [
    "TrackedRun",
    "TrackedSweep",
    "attach",
    "deleted_with_runs",
    "download_files",
    "epoch_metrics",
    "existing_store",
    "find_runs",
    "find_sweeps",
    "is_free",
    "open_store",
    "readable_store",
    "serve",
    "sync",
    "tracked_record",
    "wait_until_up",
]
