"""A series: a sweep that gets its jobs in parts, and is recorded as one sweep."""

import dataclasses
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import jobs
import pytest

import nn
from experiments.errors import UserError
from experiments.recording import (
    SWEEP_RECORD,
    Status,
    SweepRecord,
    SweepRun,
    read_record,
    read_sweep,
    sweep_folder,
)
from experiments.running import Job
from experiments.sweeping import Series

pytestmark = pytest.mark.forks

ID = "5" * 16


@pytest.fixture
def said() -> list[str]:
    """The lines that series say."""
    return []


@pytest.fixture
def three(tmp_path: Path) -> list[Job]:
    """Three jobs with different seeds."""
    return [jobs.job(tmp_path, name=f"seed={seed}", seed=seed) for seed in range(3)]


def series(said: list[str]) -> Series:
    return Series(ID, name="a study", overrides=["+study=x"], say=said.append)


def do(made: Series, part: Sequence[Job], stage: str = "tuning") -> list[Status]:
    tags = [{"stage": stage}] * len(part)
    return [run.status for run in made.do(part, tags=tags, processes=2, lockstep=1)]


def recorded(outputs: Path) -> SweepRecord:
    record = read_sweep(sweep_folder(outputs, ID))
    assert record is not None
    return record


def test_the_record_has_the_runs_of_all_parts_with_their_first_tags(
    three: list[Job], said: list[str]
) -> None:
    outputs = three[0].outputs
    with series(said) as made:
        assert made.folder is None
        assert do(made, three[:2]) == [Status.FINISHED] * 2
        assert len(recorded(outputs).runs) == 2
        assert do(made, three[1:], "confirmation") == [Status.FINISHED] * 2
        assert made.folder == sweep_folder(outputs, ID)
    record = recorded(outputs)
    assert (record.id, record.name, record.overrides) == (ID, "a study", ["+study=x"])
    stages = ["tuning", "tuning", "confirmation"]
    assert record.runs == [
        SweepRun(name=job.name, identity=job.identity, tags={"stage": stage})
        for job, stage in zip(three, stages, strict=True)
    ]


def test_each_job_has_its_summary_even_if_it_is_asked_for_twice(
    three: list[Job], said: list[str]
) -> None:
    first, second, _ = three
    with series(said) as made:
        summaries = made.do([second, first, second], tags=[{}] * 3, processes=1, lockstep=1)
    assert [summary.name for summary in summaries] == ["seed=1", "seed=0", "seed=1"]


def test_a_series_that_is_started_again_keeps_its_runs_and_its_time(
    three: list[Job], said: list[str]
) -> None:
    outputs = three[0].outputs
    with series(said) as made:
        do(made, three[:2])
        do(made, three[2:])
    before = recorded(outputs)
    contents = [sorted(job.folder.rglob("*")) for job in three]
    with series(said) as made:
        do(made, three[:2])
        assert recorded(outputs) == before, "a part that is done already loses no run"
        do(made, three[2:])
    assert recorded(outputs).runs == before.runs
    assert recorded(outputs).time == before.time
    assert [sorted(job.folder.rglob("*")) for job in three] == contents


def test_the_test_set_of_runs_is_opened_by_a_later_part(three: list[Job], said: list[str]) -> None:
    closed = [dataclasses.replace(job, score_test=False) for job in three]
    with series(said) as made:
        do(made, closed)
        assert all(record.untested for job in three if (record := read_record(job.folder)))
        do(made, three)
    assert len(recorded(three[0].outputs).runs) == 3
    for job in three:
        record = read_record(job.folder)
        assert record is not None
        assert not record.untested


def test_a_run_that_diverges_is_a_result_and_one_that_fails_an_error(
    tmp_path: Path, said: list[str]
) -> None:
    diverging = jobs.job(tmp_path, name="diverging", optimizer=nn.SGD(1e200))
    failing = jobs.job(tmp_path, name="failing", sizes=[4, 10**14, 3])
    other = jobs.job(tmp_path, name="other")
    with series(said) as made:
        assert do(made, [diverging]) == [Status.DIVERGED]
        with pytest.raises(UserError, match=r"^1 of 2 runs failed .*: failing$"):
            do(made, [failing, other])
    assert len(recorded(other.outputs).runs) == 3


def test_a_damaged_record_is_written_again(three: list[Job], said: list[str]) -> None:
    with series(said) as made:
        do(made, three)
    (sweep_folder(three[0].outputs, ID) / SWEEP_RECORD).write_bytes(b"damaged")
    with series(said) as made:
        do(made, three)
    assert len(recorded(three[0].outputs).runs) == 3


def test_where_the_series_is_recorded_is_said_once(three: list[Job], said: list[str]) -> None:
    with series(said) as made:
        do(made, three[:1])
        do(made, three[1:])
    assert len(said) == 1
    assert said[0].startswith("Recorded in ")
    assert said[0].endswith(", not in MLflow.")


def test_a_series_without_parts_records_nothing(tmp_path: Path, said: list[str]) -> None:
    with series(said):
        pass
    assert (said, list(tmp_path.iterdir())) == ([], [])


def test_a_series_that_is_stopped_before_its_first_new_run_loses_no_run_from_its_record(
    three: list[Job], said: list[str]
) -> None:
    with series(said) as made:
        do(made, three)
    with suppress(KeyboardInterrupt), series(said) as again:
        do(again, three[:1])
        raise KeyboardInterrupt
    assert len(recorded(three[0].outputs).runs) == 3
