"""The record of a sweep: which runs it consists of."""

from pathlib import Path

import msgspec
from msgspec import Struct

from experiments.errors import DataError
from experiments.recording.atomic import write_atomically
from experiments.recording.layout import SWEEP_RECORD, SWEEPS_FOLDER, outputs_of, run_folder
from experiments.recording.lines import VersionError, decode, encode
from experiments.recording.plain_files import read_file
from experiments.recording.recorded_config import RecordedTracking


class SweepRun(Struct, frozen=True, kw_only=True):
    """A run of a sweep: its name in the sweep, its identity, and tags for MLflow."""

    name: str
    identity: str
    tags: dict[str, str] = {}


STAGE = "stage"
"""The tag of a study's runs that says in which stage they were done."""
CONFIRMATION = "confirmation"
"""The last stage of a study."""


class RecordedStudy(Struct, frozen=True, kw_only=True):
    """A study as its sweep records it: the comparison, for those who read its runs.

    ``compared`` is the group or option whose values are the arms, ``tuned`` are the options that
    were tuned, on the seeds below ``tuning_seeds``. The arms were compared on the other seeds:
    ``metric``, with a ``margin`` in percentage points, in a table with this number of ``rows``.
    There is none if the study ended after tuning: ``rows`` is 0.
    """

    compared: str
    tuned: list[str]
    tuning_seeds: int
    metric: str
    margin: float
    rows: int


class SweepRecord(Struct, frozen=True, kw_only=True):
    """A sweep: the overrides of its command line, and its runs.

    ``config_dir`` is the folder of the user's own files that `--config-dir` named, if it did.
    ``id`` depends on the identities of the runs only. ``time`` is the time of its first start, in
    seconds since 1970. ``options`` says which options its choices bring with them. ``study`` is
    given if the runs are those of a study.
    """

    id: str
    name: str
    time: float
    overrides: list[str]
    environment: dict[str, str]
    tracking: RecordedTracking
    runs: list[SweepRun]
    options: str = ""
    study: RecordedStudy | None = None
    config_dir: str = ""

    @property
    def words(self) -> list[str]:
        """The words of its command line after `run.py -m`."""
        own = [f"--config-dir={self.config_dir}"] if self.config_dir else []
        return [*own, *self.overrides]

    def folders(self, sweep: Path) -> list[Path]:
        """Return the folders of the runs, given the folder of the sweep."""
        return [run_folder(outputs_of(sweep), run.identity) for run in self.runs]


def read_sweep(folder: Path) -> SweepRecord | None:
    """Return the record in the folder of a sweep; None if there is none.

    Raise DataError if it is damaged, or cannot be read.
    """
    path = folder / SWEEP_RECORD
    try:
        record: SweepRecord | None = decode(read_file(path), SweepRecord)
    except FileNotFoundError:
        return None
    except VersionError as error:
        raise DataError(
            f"{path}: is not the record of a sweep, or is of another version ({error});"
            " the same sweep, run again, rewrites it"
        ) from None
    if record is None:
        raise DataError(f"{path}: is damaged; the same sweep, run again, rewrites it")
    return msgspec.structs.replace(record, tracking=record.tracking.moved_to(outputs_of(folder)))


def write_sweep(folder: Path, record: SweepRecord) -> None:
    """Write the record of a sweep to its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / SWEEP_RECORD, encode(record))


def sweep_folders(outputs: Path) -> list[Path]:
    """Return the folders of all sweeps, the oldest first. Damaged sweeps come before all others."""

    def start_time(folder: Path) -> float:
        try:
            record = read_sweep(folder)
        except DataError:
            return 0.0
        return record.time if record else 0.0

    return sorted(
        (path.parent for path in outputs.glob(f"{SWEEPS_FOLDER}/*/{SWEEP_RECORD}")), key=start_time
    )
