"""A sweep: its record, its first and last lines, and small sweeps from start to end."""

import dataclasses
import signal
from collections.abc import Sequence
from pathlib import Path

import jobs
import pytest
import records

import nn
from experiments.errors import UserError
from experiments.interruption import Interrupted
from experiments.recording import (
    CHECKPOINT,
    SWEEP_RECORD,
    SWEEPS_FOLDER,
    Record,
    Status,
    SweepRecord,
    SweepRun,
    read_record,
    read_sweep,
)
from experiments.running import Job
from experiments.sweeping import sweep
from experiments.sweeping.sweep import (
    NAMES_SHOWN,
    _opening,
    _write_record,
    do_jobs,
    raise_if_unfinished,
    settled_jobs,
)
from experiments.sweeping.workers import Workers
from experiments.terminal import Display, RunSummary

pytestmark = pytest.mark.forks


def summaries(status: Status, n: int) -> list[RunSummary]:
    return [RunSummary(f"{status} {i}", status, 1, (), None, 1.0) for i in range(n)]


def record_of(job: Job) -> Record:
    record = read_record(job.folder)
    assert record is not None
    return record


@pytest.fixture
def three(tmp_path: Path) -> list[Job]:
    """Three jobs with different seeds."""
    return [jobs.job(tmp_path, name=f"seed={seed}", seed=seed) for seed in range(3)]


# The record


def written(made: Sequence[Job], overrides: Sequence[str] = ()) -> SweepRecord:
    record = read_sweep(_write_record(made, overrides))
    assert record is not None
    return record


def test_the_record_of_a_sweep_says_what_it_consists_of(three: list[Job]) -> None:
    overrides = ["seed=0,1,2", "tracking=none", "optimizer.learning_rate=1"]
    folder = _write_record(three, overrides)
    record = read_sweep(folder)
    assert record is not None
    assert folder == three[0].outputs / SWEEPS_FOLDER / record.id
    assert record.name == "seed=0,1,2 optimizer.learning_rate=1"
    assert record.overrides == overrides
    assert record.tracking == three[0].config.tracking
    assert record.runs == [SweepRun(name=job.name, identity=job.identity) for job in three]


def test_the_id_of_a_sweep_does_not_depend_on_the_order_of_its_runs(three: list[Job]) -> None:
    ids = {written(order).id for order in (three, three[::-1], [three[1], three[0], three[2]])}
    assert len(ids) == 1
    assert written(three[:2]).id not in ids


def test_a_repeated_sweep_keeps_the_time_of_its_first_start(three: list[Job]) -> None:
    first = written(three, ["seed=0,1,2"])
    second = written(three[::-1], ["seed=2,1,0"])
    assert second.time == first.time
    assert second.overrides == ["seed=2,1,0"]
    assert [run.name for run in second.runs] == ["seed=2", "seed=1", "seed=0"]


def test_a_damaged_record_of_a_sweep_is_rewritten(three: list[Job]) -> None:
    folder = _write_record(three, [])
    (folder / SWEEP_RECORD).write_bytes(b"damaged")
    assert len(written(three).runs) == 3


# Runs that were done before


def test_settled_runs_are_found_with_their_records(three: list[Job]) -> None:
    finished, failed, interrupted = three
    for job, status in zip(
        three, (Status.FINISHED, Status.FAILED, Status.INTERRUPTED), strict=True
    ):
        records.write_journal(job.folder, job.start(), records.end(status))
        (job.folder / CHECKPOINT).write_bytes(b"left by a crash")
    found = settled_jobs(three)
    assert found == [(job, read_record(job.folder)) for job in (finished, failed)]
    with_checkpoint = [job for job in three if (job.folder / CHECKPOINT).exists()]
    assert with_checkpoint == [failed, interrupted]


def test_the_checkpoint_of_a_run_with_a_closed_test_set_is_kept(three: list[Job]) -> None:
    closed = [dataclasses.replace(job, score_test=False) for job in three]
    for job in closed:
        records.write_journal(job.folder, job.start(), records.closed_end())
        (job.folder / CHECKPOINT).write_bytes(b"needed")
    assert [job for job, _ in settled_jobs(closed)] == closed
    assert settled_jobs(three) == []
    assert all((job.folder / CHECKPOINT).exists() for job in three)


def test_a_damaged_run_is_not_settled(three: list[Job]) -> None:
    job = three[0]
    records.write_journal(job.folder, records.epoch(1), job.start(), records.end())
    assert settled_jobs(three) == []


@pytest.mark.parametrize(
    ("settled", "line"),
    [
        ([], "9 runs, 2 processes at a time"),
        (
            summaries(Status.FINISHED, 2),
            "9 runs, 2 processes at a time; 2 done before: finished 0, finished 1",
        ),
        (
            summaries(Status.FINISHED, NAMES_SHOWN + 1),
            "9 runs, 2 processes at a time; 9 done before",
        ),
        (
            [*summaries(Status.FAILED, 1), *summaries(Status.DIVERGED, 1)],
            "9 runs, 2 processes at a time; 1 diverged before: diverged 0;"
            " 1 failed before (retry=true tries again): failed 0",
        ),
    ],
)
def test_the_first_line_says_how_much_is_done(
    three: list[Job], settled: list[RunSummary], line: str
) -> None:
    assert _opening(three * 3, settled, 2) == line


def test_a_sweep_without_failures_raises_nothing() -> None:
    raise_if_unfinished([*summaries(Status.FINISHED, 2), *summaries(Status.DIVERGED, 1)])


def test_failed_and_interrupted_runs_are_an_error_that_names_them() -> None:
    runs = [
        *summaries(Status.FINISHED, 1),
        *summaries(Status.FAILED, 2),
        *summaries(Status.INTERRUPTED, 1),
    ]
    message = (
        r"^2 of 4 runs failed \(retry=true tries again\): failed 0, failed 1;"
        r" 1 of 4 runs did not finish \(the same command resumes them\): interrupted 0$"
    )
    with pytest.raises(UserError, match=message):
        raise_if_unfinished(runs)


# From start to end


def test_a_sweep_does_each_run_once_and_returns_a_summary_of_each_job(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = jobs.job(tmp_path, name="first")
    diverging = jobs.job(tmp_path, name="diverging", optimizer=nn.SGD(1e200))
    again = jobs.job(tmp_path, name="again")
    returned = sweep([diverging, first, again], overrides=["x=1,2"], processes=2, lockstep=1)
    assert [run.status for run in returned] == [Status.DIVERGED, *[Status.FINISHED] * 2]
    assert returned[1] == returned[2] == RunSummary.of("first", record_of(first))
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["again is the same run as first", "2 runs, 2 processes at a time"]
    assert sum(line.startswith("first  finished: test accuracy") for line in lines) == 1
    table = next(place for place, line in enumerate(lines) if line.startswith("run "))
    assert [line.split()[0] for line in lines[table + 1 : table + 3]] == ["diverging", "first"]
    (folder,) = (tmp_path / "outputs" / "sweeps").iterdir()
    assert lines[-1] == f"Recorded in {folder.relative_to(tmp_path)}, not in MLflow."


def test_another_crew_can_do_the_jobs(three: list[Job]) -> None:
    made: list[Workers] = []

    def begin(jobs: Sequence[Job], *, processes: int, lockstep: int) -> Workers:
        made.append(Workers(jobs, processes=processes, lockstep=lockstep))
        return made[-1]

    sweep(three, overrides=[], processes=1, lockstep=2, begin=begin)
    (crew,) = made
    assert crew.jobs == three
    assert len(crew.ended) == 3


def test_a_repeated_sweep_does_nothing_and_returns_the_same(
    three: list[Job], capsys: pytest.CaptureFixture[str]
) -> None:
    first = sweep(three, overrides=[], processes=3, lockstep=1)
    contents = [sorted(job.folder.iterdir()) for job in three]
    capsys.readouterr()
    assert sweep(three, overrides=[], processes=3, lockstep=1) == first
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "3 runs, 3 processes at a time; 3 done before: seed=0, seed=1, seed=2"
    assert [sorted(job.folder.iterdir()) for job in three] == contents


def test_a_run_that_is_stopped_early_is_no_failure_and_stays_stopped(
    three: list[Job], capsys: pytest.CaptureFixture[str]
) -> None:
    stopping = [dataclasses.replace(job, stop_below=(0, 1.0)) for job in three]
    first = sweep(stopping, overrides=[], processes=1, lockstep=3)
    assert [(run.status, run.epochs) for run in first] == [(Status.INTERRUPTED, 2)] * 3
    capsys.readouterr()
    assert sweep(stopping, overrides=[], processes=1, lockstep=3) == first
    assert "; 3 stopped early before: seed=0, seed=1, seed=2" in capsys.readouterr().out
    continued = sweep(three, overrides=[], processes=1, lockstep=3)
    assert [(run.status, run.epochs) for run in continued] == [(Status.FINISHED, jobs.EPOCHS)] * 3


def test_a_failed_run_does_not_stop_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = jobs.job(tmp_path, name="failing", sizes=[4, 10**14, 3])
    other = jobs.job(tmp_path, name="other")
    with pytest.raises(UserError, match=r"^1 of 2 runs failed .*: failing$"):
        sweep([failing, other], overrides=[], processes=1, lockstep=1)
    assert record_of(failing).status is Status.FAILED
    assert record_of(other).status is Status.FINISHED
    assert "failing  failed: " in capsys.readouterr().out


def test_an_interrupted_sweep_stops_its_runs_and_waits_until_they_have_recorded_that(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    running, waiting = (jobs.job(tmp_path, name=f"{n}", epochs=10**6, seed=n) for n in range(2))
    workers = Workers([running, waiting], processes=1, lockstep=1)

    interrupted: list[bool] = []

    def attend() -> None:
        """Raise once as the handler of a signal does, after the first epoch."""
        record = read_record(running.folder)
        if record is not None and record.epochs and not interrupted:
            interrupted.append(True)
            raise Interrupted(signal.SIGTERM)

    with Display() as display, pytest.raises(Interrupted):
        do_jobs(workers, display, attend)
    assert workers.done
    end = record_of(running).end
    assert end is not None
    assert end.message.startswith("stopped by SIGTERM after epoch ")
    assert not waiting.folder.exists()
    assert "0  interrupted: stopped by SIGTERM" in capsys.readouterr().out
