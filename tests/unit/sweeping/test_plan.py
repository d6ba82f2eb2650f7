"""`plan=true`: the runs to do, and an estimate of the time."""

import dataclasses
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import jobs
import pytest
import records

from experiments.recording import JOURNAL, Event, Journal, Status
from experiments.running import Job
from experiments.sweeping import plan
from experiments.sweeping.estimate import Images, Speed
from experiments.sweeping.plan import _remaining, _speed, total_seconds
from nn import StopOnPlateau


def write(job: Job, *events: Event) -> Job:
    records.write_journal(job.folder, job.start(), *events)
    return job


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), (Status.INTERRUPTED, 0, 3)),
        (records.epochs(1), (Status.INTERRUPTED, 1, 2)),
        ((*records.epochs(2), records.end(Status.INTERRUPTED)), (Status.INTERRUPTED, 2, 1)),
        (records.epochs(3), (Status.INTERRUPTED, 3, 0)),  # the test set is left
        ((*records.epochs(3), records.end()), (Status.FINISHED, 3, None)),
        ((records.epoch(1), records.end(Status.DIVERGED)), (Status.DIVERGED, 1, None)),
        ((records.epoch(1), records.end(Status.FAILED)), (Status.FAILED, 1, None)),
    ],
)
def test_the_remaining_epochs_follow_from_the_record(
    tmp_path: Path, events: tuple[Event, ...], expected: tuple[Status, int, int | None]
) -> None:
    assert _remaining(write(jobs.job(tmp_path), *events)) == expected


def test_a_run_without_a_record_has_all_its_epochs_left(tmp_path: Path) -> None:
    assert _remaining(jobs.job(tmp_path)) == (Status.PLANNED, 0, 3)


def test_a_running_run_has_its_other_epochs_left(tmp_path: Path) -> None:
    job = write(jobs.job(tmp_path), records.epoch(1))
    with Journal(job.folder):
        assert _remaining(job) == (Status.RUNNING, 1, 2)


def test_a_damaged_run_has_nothing_left_because_it_will_fail(tmp_path: Path) -> None:
    job = write(jobs.job(tmp_path), records.epoch(1), records.end())
    contents = (job.folder / JOURNAL).read_bytes()
    (job.folder / JOURNAL).write_bytes(contents.replace(b"train/cost", b"train/lost"))
    assert _remaining(job) == (Status.DAMAGED, 0, None)


def test_a_failed_run_is_done_with_retry_and_a_finished_one_with_rerun(tmp_path: Path) -> None:
    failed = write(jobs.job(tmp_path, retry=True), records.epoch(1), records.end(Status.FAILED))
    assert _remaining(failed) == (Status.FAILED, 1, 2)
    finished = write(jobs.job(tmp_path, seed=1, rerun=True), *records.epochs(3), records.end())
    assert _remaining(finished) == (Status.FINISHED, 0, 3)


# The table


def test_jobs_that_do_the_same_work_are_measured_once(tmp_path: Path) -> None:
    known: dict[Hashable, Speed] = {}

    def speed(**changes: Any) -> Speed:
        job = jobs.job(tmp_path, **changes)
        return _speed(job, Images.of(job.experiment), known)

    first = speed()
    for same in ({"seed": 1}, {"l2": 5.0}, {"epochs": 9}):
        assert speed(**same) is first
    assert len(known) == 1
    data = tmp_path / "data"
    others = [
        {"sizes": [4, 50, 3]},
        {"batch_size": 1},
        {"dtype": "float32"},
        {"dataset": jobs.dataset(data, train_size=10)},
    ]
    for number, other in enumerate(others, 2):
        speed(**other)
        assert len(known) == number


def test_a_plan_lists_the_runs_and_trains_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = write(jobs.job(tmp_path, name="done"), *records.epochs(3), records.end())
    half = write(jobs.job(tmp_path, name="half", seed=1), records.epoch(1))
    new = jobs.job(tmp_path, name="new", seed=2)
    same = dataclasses.replace(new, name="same")
    files = sorted(tmp_path.rglob("*"))
    plan([done, half, new, same], processes=2)
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "run   identity          status       epochs  time left",
        f"done  {done.identity}  finished        3/3",
        f"half  {half.identity}  interrupted     1/3       0:00",
        f"new   {new.identity}  planned         0/3       0:00",
        "same is the same run as new",
        "2 of 3 runs to do, 2 processes at a time: about 0:00, and some seconds to start."
        " Nothing was trained.",
    ]
    assert sorted(tmp_path.rglob("*")) == files


def test_the_plan_of_runs_that_a_schedule_may_end_says_the_longest_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The accuracies of all recorded epochs are equal."""
    monkeypatch.setenv("COLUMNS", "80")
    ending = {"schedule": StopOnPlateau(patience=2), "epochs": 9}
    done, trained, new = (
        jobs.job(tmp_path, name=name, seed=seed, **ending)
        for seed, name in enumerate(("done", "trained", "new"))
    )
    write(done, *records.epochs(3), records.end(ended_after=3))
    write(trained, *records.epochs(3))
    plan([done, trained, new], processes=2)
    *lines, last = capsys.readouterr().out.splitlines()
    rows = [line.split()[3:] for line in lines[1:4]]
    assert rows == [["3/3"], ["3/3", "0:00"], ["0/9", "up", "to", "0:00"]]
    assert last.startswith("2 of 3 runs to do, 2 processes at a time: up to 0:00, and")
    plan([done, trained], processes=2)
    assert "at a time: about 0:00, and" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "processes", "total"),
    [
        ([30.0, 30.0, 30.0, 30.0], 1, 120.0),
        ([30.0, 30.0, 30.0, 30.0], 2, 60.0),
        ([30.0, 30.0, 30.0, 30.0], 99, 30.0),  # there are four processors
        ([30.0, 300.0, 0.0], 4, 300.0),
        ([7.0], 2, 7.0),
    ],
)
def test_the_total_time_is_shared_by_the_processes(
    monkeypatch: pytest.MonkeyPatch, seconds: list[float], processes: int, total: float
) -> None:
    module = sys.modules[total_seconds.__module__]  # the door gives its name to the function
    monkeypatch.setattr(module, "usable_processors", lambda: 4)
    assert total_seconds(seconds, processes=processes) == total


def test_the_test_set_of_a_closed_run_is_left_to_do(tmp_path: Path) -> None:
    job = write(jobs.job(tmp_path), *records.epochs(3), records.closed_end())
    assert _remaining(job) == (Status.FINISHED, 3, 0)
    assert _remaining(dataclasses.replace(job, score_test=False)) == (Status.FINISHED, 3, None)
