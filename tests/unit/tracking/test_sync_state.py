"""The sync state of a record: how much of it MLflow has."""

import os
from pathlib import Path

import pytest
import records

from experiments.errors import DataError
from experiments.recording import (
    JOURNAL,
    RESULTS,
    SWEEP_RECORD,
    SYNC_STATE,
    Journal,
    RecordedTracking,
)
from experiments.tracking import (
    SyncState,
    SyncStateFile,
    is_behind,
    read_sync_state,
    result_sizes,
    runs_of,
    store_key,
    store_of,
    up_to_date,
)

SERVER = "http://store:5000"
TRACKING = RecordedTracking(experiment="tests", uri=SERVER, artifacts="artifacts")
START = records.start(config={"tracking": TRACKING})


def size(*folders: Path) -> list[int]:
    """Return the sizes of the journals of runs, in bytes."""
    return [(folder / JOURNAL).stat().st_size for folder in folders]


def write(folder: Path, uri: str, sizes: list[int]) -> None:
    """Write the sync state of a record."""
    with SyncStateFile(folder) as file:
        file.write(SyncState(store=store_key(uri), sizes=sizes))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """The folder of a finished run that belongs to a server."""
    return records.write_run(tmp_path, "1", START, *records.epochs(2), records.end())


@pytest.fixture
def sweep(tmp_path: Path, run: Path) -> Path:
    """The folder of a sweep that belongs to a server, with a finished run and a planned one."""
    return records.write_sweep_record(
        tmp_path, records.sweep_record([run.name, "2"], tracking=TRACKING)
    )


def test_a_state_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    with SyncStateFile(tmp_path) as file:
        for sizes in ([1, 2, 3], [4]):
            file.write(SyncState(store=SERVER, sizes=sizes))
            assert read_sync_state(tmp_path) == SyncState(store=SERVER, sizes=sizes)


def test_a_record_that_was_never_copied_has_no_state(run: Path) -> None:
    assert read_sync_state(run) is None


def test_one_process_at_a_time_copies_a_record(tmp_path: Path) -> None:
    with SyncStateFile(tmp_path), pytest.raises(BlockingIOError), SyncStateFile(tmp_path):
        pass
    with SyncStateFile(tmp_path):
        pass


def test_in_a_folder_that_does_not_exist_nothing_is_written(tmp_path: Path) -> None:
    with SyncStateFile(tmp_path / "missing") as file:
        file.write(SyncState(store=SERVER, sizes=[]))
    assert list(tmp_path.iterdir()) == []


def test_a_run_is_up_to_date_when_the_store_has_its_whole_journal(run: Path) -> None:
    assert not up_to_date(run, SERVER)
    write(run, SERVER, size(run))
    assert up_to_date(run, SERVER)
    assert not up_to_date(run, "http://another:5000")
    records.write_journal(run, records.resume(2))
    assert not up_to_date(run, SERVER)


def test_a_sweep_is_up_to_date_when_the_store_has_all_its_journals(
    tmp_path: Path, run: Path, sweep: Path
) -> None:
    write(sweep, SERVER, [*size(run), 0])
    assert up_to_date(sweep, SERVER)
    records.write_run(tmp_path, "2", START)
    assert not up_to_date(sweep, SERVER)


def test_a_study_is_up_to_date_when_the_store_has_its_tables_and_figures(
    run: Path, sweep: Path
) -> None:
    write(sweep, SERVER, [*size(run), 0])
    (sweep / RESULTS).mkdir()
    assert up_to_date(sweep, SERVER)
    (sweep / RESULTS / "verdicts.md").write_text("tie", encoding="utf-8")
    assert not up_to_date(sweep, SERVER)
    write(sweep, SERVER, [*size(run), 0, *result_sizes(sweep)])
    assert up_to_date(sweep, SERVER)
    (sweep / RESULTS / "verdicts.md").write_text("A better", encoding="utf-8")
    assert not up_to_date(sweep, SERVER)


def test_a_sqlite_store_that_was_deleted_and_made_again_is_another_store(
    tmp_path: Path, run: Path
) -> None:
    path = tmp_path / "mlflow.db"
    uri = f"sqlite:///{path}"
    path.touch()
    write(run, uri, size(run))
    assert up_to_date(run, uri)
    path.rename(tmp_path / "old.db")
    assert not up_to_date(run, uri)
    path.touch()
    assert not up_to_date(run, uri)


def test_a_run_belongs_to_the_store_in_its_record(tmp_path: Path, run: Path) -> None:
    assert store_of(run) == SERVER
    assert store_of(records.write_run(tmp_path, "not tracked")) is None
    assert store_of(tmp_path) is None


def test_a_sweep_belongs_to_the_store_in_its_record(sweep: Path) -> None:
    assert store_of(sweep) == SERVER


def test_the_runs_of_a_run_are_the_run_itself(tmp_path: Path, run: Path, sweep: Path) -> None:
    assert runs_of(run) == [run]
    assert runs_of(sweep) == [run, tmp_path / "runs" / "2"]


def test_a_record_is_behind_until_its_store_has_everything(run: Path, sweep: Path) -> None:
    for folder, sizes in ((run, size(run)), (sweep, [*size(run), 0])):
        assert is_behind(folder, SERVER)
        assert not is_behind(folder, "http://another:5000")
        write(folder, SERVER, sizes)
        assert not is_behind(folder, SERVER)


def test_a_record_that_a_process_works_on_is_not_behind(run: Path, sweep: Path) -> None:
    with Journal(run):
        assert not is_behind(run, SERVER)
        assert not is_behind(sweep, SERVER)


def test_a_damaged_record_is_not_behind(run: Path, sweep: Path) -> None:
    (run / JOURNAL).write_bytes(b"{}\n" + (run / JOURNAL).read_bytes())
    assert not is_behind(run, SERVER)
    (sweep / SWEEP_RECORD).write_bytes(b"{}")
    assert not is_behind(sweep, SERVER)
    with pytest.raises(DataError):
        up_to_date(sweep, SERVER)


def test_the_sync_state_is_not_part_of_the_journal(run: Path) -> None:
    before = (run / JOURNAL).read_bytes()
    write(run, SERVER, size(run))
    assert (run / JOURNAL).read_bytes() == before
    assert {path.name for path in run.iterdir()} == {JOURNAL, SYNC_STATE}


def test_the_store_of_a_record_moves_with_its_outputs_folder(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    tracking = RecordedTracking(
        experiment="tests",
        uri=f"sqlite:///{old}/mlflow.db",
        artifacts=str(old / "art"),
        outputs=str(old),
    )
    start = records.start(config={"tracking": tracking})
    run = records.write_run(old, "1", start, *records.epochs(1), records.end())
    sweep = records.write_sweep_record(old, records.sweep_record(["1"], tracking=tracking))
    old.rename(new)
    for folder in (run, sweep):
        assert store_of(new / folder.relative_to(old)) == f"sqlite:///{new}/mlflow.db"


def test_a_fifo_is_no_sync_state(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / SYNC_STATE)
    assert read_sync_state(tmp_path) is None
