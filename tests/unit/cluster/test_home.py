"""The record at home: it grows with the snapshots, under the lock of its journal."""

from collections.abc import Iterator
from pathlib import Path

import jobs
import pytest

from experiments.cluster.home import HeldError, Home
from experiments.cluster.snapshot import Snapshot
from experiments.recording import (
    CHECKPOINT,
    JOURNAL,
    NETWORK,
    Journal,
    Status,
    is_held,
    read_record,
    run_folders,
)
from experiments.running import Job, run

CERTIFIED = 2
"""The number of events before the first epoch: the start and the certificate."""
AFTER_TWO_EPOCHS = CERTIFIED + 1


@pytest.fixture
def snapshots(tmp_path: Path) -> list[Snapshot]:
    """Snapshots of a run on another machine, one after each event."""
    return list(_snapshots(jobs.job(tmp_path, outputs=tmp_path / "there", record_weights=(0, 2))))


def _snapshots(there: Job) -> Iterator[Snapshot]:
    for _ in run(there, interruption=jobs.Interruption()):
        yield Snapshot.of(there.folder)
    yield Snapshot.of(there.folder)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.job(tmp_path)


def test_a_run_comes_home_event_by_event(job: Job, snapshots: list[Snapshot]) -> None:
    home = Home(job)
    for number, snapshot in enumerate(snapshots[:-1], 1):
        home.take(snapshot)
        assert (job.folder / JOURNAL).read_bytes() == snapshot.journal
        record = read_record(job.folder)
        assert record is not None
        assert len(record.epochs) == min(max(number - CERTIFIED, 0), jobs.EPOCHS)
        assert is_held(job.folder)
    home.take(snapshots[-1])
    home.close()
    assert not is_held(job.folder)
    assert not (job.folder / CHECKPOINT).exists()
    assert Snapshot.of(job.folder) == snapshots[-1]


def test_a_run_continues_at_home(job: Job, snapshots: list[Snapshot]) -> None:
    home = Home(job)
    home.take(snapshots[AFTER_TWO_EPOCHS])
    home.close()
    assert (job.folder / CHECKPOINT).exists()
    jobs.do(job)
    assert (job.folder / NETWORK).read_bytes() == snapshots[-1].files[NETWORK]


def test_what_is_at_home_is_known(job: Job, snapshots: list[Snapshot]) -> None:
    home = Home(job)
    assert home.known() == Snapshot()
    home.take(snapshots[AFTER_TWO_EPOCHS])
    assert home.known() == snapshots[AFTER_TWO_EPOCHS]
    assert home.files == snapshots[AFTER_TWO_EPOCHS].files
    home.close()


def test_another_process_keeps_its_record(job: Job, snapshots: list[Snapshot]) -> None:
    with Journal(job.folder), pytest.raises(HeldError):
        Home(job).take(snapshots[0])
    assert (job.folder / JOURNAL).read_bytes() == b""


def test_a_complete_record_stays(job: Job, snapshots: list[Snapshot]) -> None:
    jobs.do(job)
    before = Snapshot.of(job.folder)
    home = Home(job)
    home.take(snapshots[3])
    home.close()
    assert Snapshot.of(job.folder) == before
    assert run_folders(job.outputs) == [job.folder]


def test_an_unfinished_record_of_another_start_is_set_aside(
    job: Job, snapshots: list[Snapshot]
) -> None:
    with Journal(job.folder) as journal:
        journal.append(job.start())
    home = Home(job)
    home.take(snapshots[-1])
    home.close()
    assert [path.name for path in run_folders(job.outputs)] == [
        job.identity,
        f"{job.identity}.1",
    ]
    record = read_record(job.folder)
    assert record is not None
    assert record.status is Status.FINISHED


def test_a_run_that_is_done_again_leaves_the_old_record(
    tmp_path: Path, job: Job, snapshots: list[Snapshot]
) -> None:
    jobs.do(job)
    again = Home(jobs.job(tmp_path, rerun=True))
    assert again.known() == Snapshot()
    for snapshot in snapshots:
        again.take(snapshot)
    again.close()
    assert len(run_folders(job.outputs)) == 2
    assert Snapshot.of(job.folder) == snapshots[-1]
