"""Reading the records under an outputs folder, as their documented format says.

The files are read as plain JSON, not by the project's own code. So the tests check the format, too.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from experiments.recording import encode
from harness.programs import wait_for

CLOCK = ("seconds", "images_per_second")
"""Metrics that differ from one time to the next."""

Event = dict[str, Any]


def run_folder(folder: Path) -> Path:
    """Return the folder of a run, given that folder or an outputs folder with just one run."""
    found = list((folder / "runs").glob("*"))
    assert len(found) <= 1, f"more than one run: {found}"
    return found[0] if found else folder


def events(folder: Path, kind: str = "") -> list[Event]:
    """Return the events of a run's journal, or those of one kind; none if there is no journal."""
    try:
        lines = (run_folder(folder) / "journal.jsonl").read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []
    return [event for event in map(json.loads, lines) if kind in ("", event["event"])]


def write_events(folder: Path, changed: Sequence[Event]) -> None:
    """Replace the events of a run's journal, and compute their checksums."""
    bare = [{key: event[key] for key in event if key != "crc32"} for event in changed]
    lines = b"".join(encode(event) for event in bare)  # type: ignore[arg-type]
    (run_folder(folder) / "journal.jsonl").write_bytes(lines)


def wait_for_epoch(*folders: Path) -> None:
    """Wait until every one of the runs has recorded an epoch."""
    wait_for_events("epoch", 1, *folders)


def wait_for_events(kind: str, count: int, *folders: Path) -> None:
    """Wait until every one of the runs has recorded ``count`` events of one kind."""
    wait_for(
        lambda: all(len(events(folder, kind)) >= count for folder in folders),
        f"{count} events {kind} in {', '.join(map(str, folders))}",
    )


def sweep_folder(outputs: Path) -> Path:
    """Return the folder of the only sweep."""
    (folder,) = (outputs / "sweeps").iterdir()
    return folder


def jobs(outputs: Path) -> dict[str, Path]:
    """Return the folders of the only sweep's runs by name, in the order of the command line."""
    record = json.loads((sweep_folder(outputs) / "sweep.json").read_text(encoding="utf-8"))
    return {run["name"]: outputs / "runs" / run["identity"] for run in record["runs"]}


def wait_for_jobs(outputs: Path) -> dict[str, Path]:
    """Wait until the only sweep has recorded its runs, and return their folders by name."""
    wait_for(lambda: list(outputs.glob("sweeps/*/sweep.json")), "record of a sweep")
    return jobs(outputs)


def histories(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Return every metric of a run's journal as (step, value) pairs, as MLflow has to show it."""
    found: dict[str, list[tuple[int, float]]] = {}
    epochs = events(folder, "epoch")
    for event in [*epochs, *events(folder, "end")]:
        for name, value in event.get("metrics", {}).items():
            found.setdefault(name, []).append((event.get("epoch", len(epochs)), value))
    return found


def results(folder: Path) -> dict[str, Any]:
    """Return everything that a finished run has computed, to the last bit, without clock times.

    These are all metrics, the correct test images, the confusion matrix, and digests of the network
    and of the recorded weights.
    """
    end = events(folder)[-1]
    assert end["status"] == "finished", end
    metrics = {
        name: [(step, float(value).hex()) for step, value in values]
        for name, values in histories(folder).items()
        if name not in CLOCK
    }
    contents = {path.name: path.read_bytes() for path in run_folder(folder).glob("weights/*")}
    with np.load(run_folder(folder) / "network.npz") as saved:
        contents[str(saved["parameters"].dtype)] = saved["parameters"].tobytes()
    digests = {name: hashlib.sha256(each).hexdigest() for name, each in contents.items()}
    correct = {name: end[name] for name in ("correct", "best_epoch_correct")}
    return {**metrics, **correct, "confusion": end["confusion_matrix"], **digests}
