"""Helpers of the system tests: start real programs, and read what they print, record and track.

Nothing is simulated. A test starts `python run.py` as a user does, with outputs in a folder of its
own, waits for something that the program writes, and reads MLflow's store through MLflow's client.
Commands of which only the result is read share the imports of one process; see `harness.warm`.
"""

from harness.file_systems import mounted, read_only
from harness.mlflow_reader import (
    BEST_EPOCH_METRICS,
    EVERY_EPOCH_METRICS,
    TEST_METRICS,
    Tracked,
    by_name,
    connect,
    recorded_in,
    store,
    tracked,
    uri,
)
from harness.outputs import (
    CLOCK,
    events,
    histories,
    jobs,
    results,
    run_folder,
    sweep_folder,
    wait_for_epoch,
    wait_for_events,
    wait_for_jobs,
    write_events,
)
from harness.printed import advice, errors, table
from harness.programs import (
    ENDLESS,
    EXPERIMENTS,
    NOT_TRACKED,
    PATIENCE,
    PROJECT,
    SMALL,
    Program,
    environment,
    run_together,
    start,
    wait_for,
)
from harness.shared_sweep import Sweep, four_runs
from harness.store_checks import (
    SLOW,
    SLOW_AND_ENDLESS,
    STORE_WARNING,
    TINY,
    assert_complete,
    latest_step,
    n_epochs,
    sync,
)
from harness.warm import experiments, run

__all__ = [
    "BEST_EPOCH_METRICS",
    "CLOCK",
    "ENDLESS",
    "EVERY_EPOCH_METRICS",
    "EXPERIMENTS",
    "NOT_TRACKED",
    "PATIENCE",
    "PROJECT",
    "SLOW",
    "SLOW_AND_ENDLESS",
    "SMALL",
    "STORE_WARNING",
    "TEST_METRICS",
    "TINY",
    "Program",
    "Sweep",
    "Tracked",
    "advice",
    "assert_complete",
    "by_name",
    "connect",
    "environment",
    "errors",
    "events",
    "experiments",
    "four_runs",
    "histories",
    "jobs",
    "latest_step",
    "mounted",
    "n_epochs",
    "read_only",
    "recorded_in",
    "results",
    "run",
    "run_folder",
    "run_together",
    "start",
    "store",
    "sweep_folder",
    "sync",
    "table",
    "tracked",
    "uri",
    "wait_for",
    "wait_for_epoch",
    "wait_for_events",
    "wait_for_jobs",
    "write_events",
]
