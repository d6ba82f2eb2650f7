"""Results as tidy pandas frames: from the journals of an outputs folder, from MLflow, or exported.

All sources give the same columns. Nothing is dropped: runs that failed, diverged or were
interrupted are rows like the others, with what they have.
"""

import math
import shlex
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api.types import is_object_dtype

from experiments.configuration.config import DESCRIBED, GROUPS
from experiments.errors import UserError
from experiments.recording.parameters import parameters
from experiments.recording.record import (
    NETWORK,
    RUNS,
    SILENT,
    SWEEPS,
    read,
    read_sweep,
    run_folders,
    state,
)
from experiments.recording.record import sweep_folders as folders_of_sweeps
from experiments.recording.weights import WEIGHTS
from experiments.results.commands import OUTPUTS

RUNS_FILE = "runs.parquet"
EPOCHS_FILE = "epochs.parquet"
"""The files of exported results."""
PLACES = ("architecture.sizes", "dataset.name", "dataset.mirrors", "dataset.sha256")
"""Options that other columns say better: `architecture`, `dataset` and `data`."""
ROOT = "dataset.root"
"""Where the images were; a column if runs learned from a folder of the user's own."""
VALIDATION = "validation/accuracy"
TESTED = tuple(
    f"test/{name}"
    for name in ("cost", "accuracy", "chosen/cost", "chosen/accuracy", "chosen/epoch")
)
"""The metrics of the test set, after the last epoch and the one chosen on validation.

They are columns if no run has finished, too.
"""
CHOICES = (*GROUPS, "status", "dtype")
"""The columns that are categories."""
TARGETS = (0.90, 0.95, 0.97)
"""The validation accuracies whose time of arrival is of interest."""


@dataclass(frozen=True)
class Loaded:
    """What a source knows: one row a run, and one a run and epoch with a column a metric."""

    runs: pd.DataFrame
    epochs: pd.DataFrame


def runs(source: Path | str, *, sweep: str | None = None, **where: Any) -> pd.DataFrame:
    """Return one row per run, the first started first.

    ``source`` is an outputs folder, the folder of a sweep, the address of an MLflow store, or a
    folder that `export` wrote; ``sweep`` the id of a sweep; ``where`` what columns have to be, dots
    written as double underscores (`optimizer__beta1=0.9`, `status="finished"`). Columns:
    `identity`, `name`, `status`, the choice in each group, every option, the metrics of the last
    epoch and of the test set, `epochs_done`, `best/validation/accuracy`, `work` in seconds (with
    its pauses where MLflow says it), `started`, `data` (SHA-256), `outputs` (the folder) and
    `message`. Raises UserError if nothing fits.
    """
    return _runs(source, sweep, where)[0]


def history(
    source: Path | str,
    *,
    metrics: Sequence[str] | None = None,
    sweep: str | None = None,
    **where: Any,
) -> pd.DataFrame:
    """Return one row per run, epoch and metric, for the same runs as `runs` with the same filter.

    Columns: those of `runs` that say what a run is, `epoch`, `metric`, `value`. ``metrics`` are the
    names of those wanted; all of them without it.
    """
    frame, epochs = _runs(source, sweep, where)
    known = list(epochs.columns[2:])
    wanted = [each for each in known if metrics is None or each in metrics]
    if metrics is not None and {*wanted} != {*metrics}:
        raise UserError(f"{source}: not all of {metrics} are metrics; there are {', '.join(known)}")
    long = epochs.melt(["identity", "epoch"], wanted, "metric", "value").dropna(subset="value")
    long["metric"] = long["metric"].astype("category")
    described = ["identity", "name", "status", "data", *GROUPS, *options(frame), "seed"]
    return frame[list(dict.fromkeys(described))].merge(long, on="identity", how="inner")


def options(runs: pd.DataFrame) -> list[str]:
    """Return the columns of a frame of runs that hold options of conf/, without seed and place."""
    of_groups = [column for column in runs if "." in column and column.split(".")[0] in GROUPS]
    of_groups = [column for column in of_groups if column != ROOT]
    return [*of_groups, *(key for key in DESCRIBED if key not in (*GROUPS, "seed"))]


def arrivals(history: pd.DataFrame, targets: Sequence[float] = TARGETS) -> pd.DataFrame:
    """Return one row per run and target: `epoch` and `seconds` of training until it is reached.

    Both are missing where a validation accuracy was never reached. ``history`` has to hold
    `validation/accuracy` and `seconds`.
    """
    described = history.drop(columns=["epoch", "metric", "value"]).drop_duplicates("identity")
    shown = history[history["metric"].isin(["validation/accuracy", "seconds"])]
    wide = shown.pivot(index=["identity", "epoch"], columns="metric", values="value").reset_index()
    wide["seconds"] = wide.groupby("identity")["seconds"].cumsum()
    found = []
    for target in targets:
        first = wide[wide["validation/accuracy"] >= target].drop_duplicates("identity")
        reached = described.merge(
            first[["identity", "epoch", "seconds"]], on="identity", how="left"
        )
        found.append(reached.assign(target=target))
    return pd.concat(found, ignore_index=True)


def sweeps(source: Path | str) -> list[dict[str, Any]]:
    """Return what is known of each sweep, the newest last.

    That is `id`, `name`, `command`, the number of `runs`, `time` and `store`, MLflow's address.
    """
    if is_uri(source):
        from experiments.results import mlflow_store as tracked_results

        return tracked_results.sweeps(str(source))
    records = [read_sweep(each) for each in folders_of_sweeps(Path(source))]
    return [
        {
            "id": each["id"],
            "name": each["name"],
            "command": f"python run.py -m {shlex.join(each['overrides'])}".rstrip(),
            "runs": len(each["runs"]),
            "time": each["time"],
            "store": each["tracking"]["uri"],
        }
        for each in records
        if each is not None
    ]


def find_sweep(source: Path | str, beginning: str | None) -> dict[str, Any] | None:
    """Return the sweep whose id begins so, as `sweeps` does; without a beginning the newest.

    None if none was asked for and there is none. Raises UserError if not exactly one begins so.
    """
    known = sweeps(source)
    if beginning is None:
        return known[-1] if known else None
    found = [each for each in known if each["id"].startswith(beginning)]
    if len(found) != 1:
        ids = ", ".join(each["id"] for each in known) or "none"
        raise UserError(f"{beginning}: {len(found)} sweeps of {source} begin so; there are {ids}")
    return found[0]


def files(source: Path | str, identity: str) -> Path:
    """Return a folder that holds a run's `network.npz` and its `weights/`, as far as there are.

    Those of MLflow are downloaded to a temporary folder.
    """
    if is_uri(source):
        from experiments.results import mlflow_store as tracked_results

        return tracked_results.download(str(source), identity)
    return _outputs(Path(source)) / RUNS / identity


def export(
    source: Path | str, folder: Path, *, sweep: str | None = None, networks: Sequence[str] = ()
) -> pd.DataFrame:
    """Write the results of a source to ``folder``, as two Parquet files, and return its runs.

    ``networks`` are the identities of runs whose network and recorded weights go with them. Paths
    of the machine are left out. Raises UserError if there are no runs, or no such network.
    """
    loaded = _load(source, sweep)
    places = [each / NETWORK for each in (files(source, identity) for identity in networks)]
    missing = [str(each) for each in places if not each.exists()]
    if missing:
        raise UserError(f"{', '.join(missing)}: no such network has been kept")
    folder.mkdir(parents=True, exist_ok=True)
    frame = loaded.runs.drop(columns=ROOT, errors="ignore").assign(**{OUTPUTS: math.nan})
    frame.to_parquet(folder / RUNS_FILE, compression="zstd", index=False)
    loaded.epochs.to_parquet(folder / EPOCHS_FILE, compression="zstd", index=False)
    for identity, place in zip(networks, places, strict=True):
        target = folder / RUNS / identity
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(place, target / NETWORK)
        if (place.parent / WEIGHTS).exists():
            shutil.copytree(place.parent / WEIGHTS, target / WEIGHTS, dirs_exist_ok=True)
    return frame


def is_uri(source: Path | str) -> bool:
    """Whether a source is the address of an MLflow store rather than a folder."""
    return isinstance(source, str) and "://" in source


def frame_of(described: Sequence[Mapping[str, Any]], epochs: pd.DataFrame) -> pd.DataFrame:
    """Return the frame of runs, given what is known of each and the metrics of their epochs."""
    frame = pd.DataFrame(described)
    frame = frame.drop(columns=[column for column in frame if column.startswith(PLACES)])
    if (own := frame["dataset"] == "folder").any():
        frame[ROOT] = frame[ROOT].where(own)
    else:
        frame = frame.drop(columns=ROOT)
    by_run = epochs.groupby("identity", sort=False)
    last = by_run.last().drop(columns="epoch")
    best = by_run[VALIDATION].max().rename("best/validation/accuracy")
    done = by_run["epoch"].max().rename("epochs_done")
    frame = frame.join(last, on="identity").join(best, on="identity").join(done, on="identity")
    frame["epochs_done"] = frame["epochs_done"].fillna(0).astype(int)
    frame["started"] = pd.to_datetime(frame["started"], unit="s", utc=True)
    for column in CHOICES:
        frame[column] = frame[column].astype("category")
    frame = frame.reindex(columns=list(dict.fromkeys([*frame, *TESTED])))
    metrics = [column for column in frame if "/" in column]
    frame[metrics] = frame[metrics].astype(float)
    for column in [each for each in frame if is_object_dtype(frame[each])]:
        if frame[column].map(lambda value: value is None or isinstance(value, int | float)).all():
            frame[column] = pd.to_numeric(frame[column])
    return frame[_ordered(list(frame.columns))]


def _ordered(columns: Sequence[str]) -> list[str]:
    """Return the columns in an order that does not depend on where they were read."""
    first = ["identity", "name", "status", *GROUPS, "seed"]
    others = sorted({*columns} - {*first}, key=lambda name: ("/" in name, name))
    return [*first, *others]


def _runs(
    source: Path | str, sweep: str | None, where: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    loaded = _load(source, sweep)
    frame = loaded.runs.sort_values(["started", "identity"], ignore_index=True)
    n_runs = len(frame)
    for key, value in where.items():
        column = key.replace("__", ".")
        if column not in frame:
            raise UserError(f"{column}: no such column; there are {', '.join(frame)}")
        frame = frame[frame[column] == value]
    if frame.empty:
        conditions = ", ".join(f"{key}={value}" for key, value in where.items())
        raise UserError(f"{source}: none of {n_runs} runs has {conditions}")
    return frame.reset_index(drop=True), loaded.epochs


def _load(source: Path | str, sweep: str | None) -> Loaded:
    if is_uri(source):
        from experiments.results import mlflow_store as tracked_results

        return tracked_results.load(str(source), sweep)
    folder = Path(source)
    if (folder / RUNS_FILE).exists():
        if sweep is not None:
            raise UserError(f"{folder}: exported results do not say what was part of sweep {sweep}")
        return _from_parquet(folder)
    return _from_journals(folder, sweep)


def _from_parquet(folder: Path) -> Loaded:
    try:
        return Loaded(pd.read_parquet(folder / RUNS_FILE), pd.read_parquet(folder / EPOCHS_FILE))
    except (OSError, ValueError) as error:  # Arrow's errors are of these
        raise UserError(f"{folder}: not what `experiments export` wrote: {error}") from None


def _outputs(folder: Path) -> Path:
    """Return the outputs folder that a folder is, or that a sweep's is in."""
    return folder if read_sweep(folder) is None else folder.parents[1]


def _from_journals(folder: Path, sweep: str | None) -> Loaded:
    """Return the runs under an outputs folder, or those of a sweep."""
    outputs = _outputs(folder)
    record = read_sweep(folder if outputs != folder else folder / SWEEPS / str(sweep))
    if record is not None:
        places = [outputs / RUNS / run["identity"] for run in record["runs"]]
    elif sweep is not None:
        known = ", ".join(each["id"] for each in sweeps(folder)) or "none"
        raise UserError(f"{folder}: no sweep {sweep} is recorded there; there are {known}")
    else:
        places = [each for each in run_folders(folder) if "." not in each.name]  # no rerun's
    described, epochs = [], []
    for each in places:
        run = read(each)
        if run is None:
            continue  # planned
        identity, status = run.start["identity"], state(each, run)
        silent = SILENT if status == "interrupted" else ""
        described.append(
            {
                "identity": identity,
                "name": run.start["name"],
                "status": status,
                "started": run.start["time"],
                "work": run.seconds,
                "data": run.start.get("dataset", {}).get("sha256", ""),
                OUTPUTS: str(outputs.absolute()),
                "message": run.end.get("message", "") if run.end else silent,
                **parameters(run.start),
                **run.end.get("metrics", {}),
            }
        )
        epochs += [{"identity": identity, "epoch": e["epoch"], **e["metrics"]} for e in run.epochs]
    if not described:
        raise UserError(f"{folder}: no runs are recorded there")
    frame = pd.DataFrame(epochs, columns=None if epochs else ["identity", "epoch", VALIDATION])
    frame = frame[["identity", "epoch", *sorted(frame.columns[2:])]]
    return Loaded(frame_of(described, frame), frame)
