"""A worker does only jobs that were submitted by the same code."""

import dataclasses
import pickle
from pathlib import Path

import jobs
import msgspec
import pytest

from experiments.cluster.agreement import packed, refusal, unpacked
from experiments.running import Job


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.job(tmp_path)


def test_a_job_comes_back_if_the_code_is_the_same(job: Job) -> None:
    assert unpacked(packed(job)) == (job, "")
    assert refusal(packed(job)) == ""


@pytest.mark.parametrize("name", ["code", "numpy"])
def test_what_differs_is_named(job: Job, name: str) -> None:
    origin = msgspec.structs.replace(job.origin, **{name: "submitted"})
    other = dataclasses.replace(job, origin=origin)
    here = getattr(job.origin, name)
    assert refusal(packed(other)).endswith(f"side: {name} was submitted, is {here}")


def test_data_and_processor_do_not_count(job: Job) -> None:
    origin = msgspec.structs.replace(job.origin, data="elsewhere", processor="another")
    assert "data" not in refusal(packed(dataclasses.replace(job, origin=origin)))


@pytest.mark.parametrize("words", [b"", b"garbage", pickle.dumps(3)])
def test_what_is_no_job_is_refused_in_one_line(words: bytes) -> None:
    assert refusal(words)
    assert "\n" not in refusal(words)
