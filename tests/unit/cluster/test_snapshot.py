"""Snapshots: a run continues from each of them to the same bits."""

from pathlib import Path

import jobs
import pytest
from jobs import BATCHES, StopAfter

from experiments.cluster.snapshot import Snapshot
from experiments.interruption import Interrupted
from experiments.recording import CHECKPOINT, JOURNAL, NETWORK, PREVIOUS_CHECKPOINT
from experiments.running import Job


@pytest.fixture
def stopped(tmp_path: Path) -> Job:
    """A job that was stopped in its second epoch."""
    job = jobs.job(tmp_path, record_weights=(0, 1))
    with pytest.raises(Interrupted):
        jobs.do(job, interruption=StopAfter(BATCHES + 1))
    return job


def test_a_run_continues_from_a_snapshot_elsewhere(stopped: Job, tmp_path: Path) -> None:
    there = jobs.job(tmp_path, outputs=tmp_path / "there", record_weights=(0, 1))
    snapshot = Snapshot.of(stopped.folder)
    snapshot.restore(there.folder)
    for job in (stopped, there):
        jobs.do(job)
    assert (there.folder / NETWORK).read_bytes() == (stopped.folder / NETWORK).read_bytes()
    assert sorted(Snapshot.of(there.folder).files) == [
        NETWORK,
        "weights/0000.npy",
        "weights/0001.npy",
    ]
    assert snapshot.ended
    assert Snapshot.of(there.folder).journal.startswith(snapshot.journal)


def test_the_incomplete_last_line_of_a_journal_is_left_out(stopped: Job) -> None:
    complete = Snapshot.of(stopped.folder).journal
    with (stopped.folder / JOURNAL).open("ab") as file:
        file.write(b'{"event": "epo')
    assert Snapshot.of(stopped.folder).journal == complete


def test_while_a_checkpoint_is_replaced_the_previous_one_counts(stopped: Job) -> None:
    newest = Snapshot.of(stopped.folder).checkpoint
    (stopped.folder / CHECKPOINT).rename(stopped.folder / PREVIOUS_CHECKPOINT)
    assert Snapshot.of(stopped.folder).checkpoint == newest


def test_a_run_that_goes_on_has_not_ended(stopped: Job) -> None:
    lines = Snapshot.of(stopped.folder).journal.splitlines(keepends=True)
    assert not Snapshot(journal=b"".join(lines[:-1])).ended
    assert not Snapshot().ended
