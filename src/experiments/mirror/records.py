"""Find the records in a folder, and choose the mirror of each: of a run or of a sweep."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from mlflow import MlflowClient

from experiments.errors import DataError
from experiments.mirror.runs import MirroredRun
from experiments.mirror.sweeps import MirroredSweep
from experiments.recording import is_run, is_sweep, read_sweep, run_folders, sweep_folders
from experiments.tracking import runs_of

Mirrored = MirroredRun | MirroredSweep


def records(folder: Path) -> Iterator[Path]:
    """Yield the folders of all sweeps, then those of runs that belong to no sweep.

    If ``folder`` is the folder of a sweep or a run, yield only that.
    """
    if is_sweep(folder) or is_run(folder):
        yield folder
        return
    swept: set[Path] = set()
    for sweep in sweep_folders(folder):
        with suppress(DataError):  # reported when the sweep is copied
            swept.update(runs_of(sweep))
        yield sweep
    yield from (run for run in run_folders(folder) if run not in swept)


def mirror_of(
    client: MlflowClient,
    folder: Path,
    uri: str,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Mirrored:
    """Return the mirror of the sweep or the run in ``folder``.

    ``report`` is called with the progress of a sweep. Raise DataError if the sweep is damaged.
    """
    sweep = read_sweep(folder)
    if sweep is None:
        return MirroredRun(client, folder, uri)
    return MirroredSweep(client, folder, uri, sweep, report)
