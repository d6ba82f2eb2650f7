"""Doing a tracked run again, to see whether the same bits come of it: `experiments rerun`."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from experiments.configuration.config import rebuild
from experiments.errors import UserError
from experiments.interruption import Interruption
from experiments.recording.journal import JOURNAL
from experiments.recording.record import Record, read, run_folders
from experiments.running.environment import environment
from experiments.running.identity import differences, origin
from experiments.running.job import Job, Listener, run
from experiments.training.train import CLOCK


def rerun(
    record: Record, *, listeners: Sequence[Listener], interruption: Interruption
) -> list[str]:
    """Do a recorded run again, in a folder that is not kept; return in words what came of it.

    The first line says whether the metrics are the same to the last bit; if not, the others say
    where they are not, and what in code, data or environment is not as it was. Raises UserError if
    the recorded configuration or its data cannot be used any more.
    """
    start = record.start
    experiment = rebuild(start["config"])
    with tempfile.TemporaryDirectory() as folder:
        job = Job(
            name=start["name"],
            overrides=start["overrides"],
            choices=start["choices"],
            config=start["config"],
            experiment=experiment,
            origin=origin(experiment),
            outputs=Path(folder),
            checkpoint_every=experiment.epochs,
        )
        again = run(job, listeners=listeners, interruption=interruption, say=print)
    different = compare(record, again)
    n_epochs = len(again.epochs)
    if not different:
        return [f"bit-identical: every metric of {n_epochs} epochs and of the test set"]
    causes = differences(start.get("origin", {}), job.origin)
    causes += differences(_comparable(start["environment"]), _comparable(environment()))
    because = [f"  {cause}" for cause in causes] or ["  nothing that is recorded"]
    return ["not identical:", *(f"  {each}" for each in different), "changed since:", *because]


def compare(before: Record, again: Record) -> list[str]:
    """Return in words where the metrics of two records differ; the clock's do not count."""
    found = []
    for number, (a, b) in enumerate(zip(before.epochs, again.epochs, strict=False), 1):
        names = _differing(a["metrics"], b["metrics"])
        if names:
            found.append(f"from epoch {number}: {', '.join(names)}")
            break
    if len(before.epochs) > len(again.epochs):
        found.append(f"{len(before.epochs)} epochs were recorded, {len(again.epochs)} came now")
    if before.final:
        names = _differing(before.end.get("metrics", {}), again.end.get("metrics", {}))
        found += [f"at the end: {', '.join(names)}"] if names else []
        if before.status != again.status:
            found.append(f"it {before.status} before, and {again.status} now")
    return found


def find(outputs: Path, uri: str | None, run_id: str) -> Record:
    """Return the record of a run, given its id in MLflow, its folder, or how its identity begins.

    Raises UserError if there is none, or more than one.
    """
    if (Path(run_id) / JOURNAL).exists():
        folders = [Path(run_id)]
    else:
        folders = [each for each in run_folders(outputs) if each.name.startswith(run_id)]
        folders = [each for each in folders if each.name == run_id] or folders
    if len(folders) > 1:
        raise UserError(f"{run_id}: {len(folders)} runs begin so")
    if folders:
        record = read(folders[0])
        if record is None:
            raise UserError(f"{folders[0]}: its journal is empty")
        return record
    if uri is None:
        raise UserError(f"{run_id}: no such run under {outputs}")
    from experiments.mirror import store

    return store.record(uri, run_id)


def _differing(before: Mapping[str, float], again: Mapping[str, float]) -> list[str]:
    names = sorted({*before, *again} - {*CLOCK})
    return [name for name in names if before.get(name) != again.get(name)]


def _comparable(environment: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in environment.items() if key != "user"}
