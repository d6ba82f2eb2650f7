"""The crew of a cluster does jobs as worker processes do, with everything in this process."""

import dataclasses
import signal
from pathlib import Path
from typing import Any

import harness
import jobs
import msgspec
import pytest

from experiments.cluster import Cluster, ClusterCrew, Options
from experiments.errors import UserError
from experiments.recording import (
    Certificate,
    End,
    Event,
    Journal,
    Note,
    Record,
    Resume,
    Start,
    Status,
    is_held,
    read_record,
)
from experiments.running import HELD, Job

ENDLESS = 10_000_000

OPTIONS = Options(retries=2, time_limit=None, fail_fast=False)


@pytest.fixture
def cluster(client: Any) -> Cluster:
    """The cluster as a launcher joins it."""
    joined = object.__new__(Cluster)
    joined.address, joined.client = client.scheduler.address, client
    return joined


def do(crew: ClusterCrew) -> list[tuple[Job, Event]]:
    """Do all jobs, and return the events."""
    events: list[tuple[Job, Event]] = []

    def done() -> bool:
        events.extend(crew.poll())
        return crew.done

    harness.wait_for(done, "end of the jobs")
    return events


def begun(crew: ClusterCrew, job: Job, more_than: int = 0) -> None:
    """Poll until a run has more than so many epochs at home."""

    def has_epochs() -> bool:
        crew.poll()
        record = read_record(job.folder)
        return record is not None and len(record.epochs) > more_than

    harness.wait_for(has_epochs, "epochs at home")


def record(job: Job) -> Record:
    found = read_record(job.folder)
    assert found is not None
    return found


def test_jobs_are_done_to_the_bits_of_this_machine(cluster: Cluster, tmp_path: Path) -> None:
    made = [jobs.job(tmp_path, seed=seed, name=f"seed={seed}") for seed in range(2)]
    here = [jobs.job(tmp_path, seed=seed, outputs=tmp_path / "here") for seed in range(2)]
    crew = ClusterCrew(made, cluster, OPTIONS)
    assert crew.processes == crew.at_once == 1
    events = do(crew)
    assert {ended.job.name for ended in crew.ended} == {"seed=0", "seed=1"}
    for job, same in zip(made, here, strict=True):
        jobs.do(same)
        assert record(job).history.keys() == record(same).history.keys()
        assert record(job).validation_accuracies == record(same).validation_accuracies
        kinds = [type(event) for of, event in events if of is job]
        epochs = [type(each) for each in record(job).epochs]
        assert kinds == [Start, Certificate, *epochs, End]
        assert not is_held(job.folder)


def test_a_stopped_job_continues_from_what_came_home(cluster: Cluster, tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=ENDLESS)
    waiting = jobs.job(tmp_path, epochs=ENDLESS, seed=1)
    crew = ClusterCrew([job, waiting], cluster, OPTIONS)
    begun(crew, job)
    assert crew.running == [[job]]
    assert is_held(job.folder)
    crew.stop(signal.SIGINT)
    do(crew)
    assert record(job).status is Status.INTERRUPTED
    assert not waiting.folder.exists()
    epochs = len(record(job).epochs)
    again = ClusterCrew([job], cluster, OPTIONS)
    begun(again, job, epochs)
    again.stop(signal.SIGINT)
    do(again)
    with Journal(job.folder) as journal:
        resumes = [event.epoch for event in journal.events if isinstance(event, Resume)]
    assert resumes == [epochs]


@pytest.mark.stress
def test_a_run_that_is_in_flight_is_joined_and_can_be_stopped(
    cluster: Cluster, tmp_path: Path
) -> None:
    job, there = (jobs.job(tmp_path, epochs=ENDLESS, outputs=tmp_path / name) for name in "ab")
    first = ClusterCrew([job], cluster, OPTIONS)
    begun(first, job)
    second = ClusterCrew([there], cluster, OPTIONS)
    begun(second, there)
    assert second.running == [[there]]
    second.stop(signal.SIGINT)
    do(second)
    assert record(there).status is Status.INTERRUPTED
    assert record(there).start == record(job).start
    first.stop(signal.SIGINT)
    do(first)


def test_a_failure_is_told_with_the_name_of_the_worker(cluster: Cluster, tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=ENDLESS)
    events = do(ClusterCrew([job], cluster, dataclasses.replace(OPTIONS, time_limit=0.5)))
    *_, (_, end), (_, note) = events
    assert isinstance(end, End)
    assert end.status is Status.FAILED
    assert isinstance(note, Note)
    assert note.message.startswith("was done by the worker ")


def test_the_first_failure_stops_the_others_on_request(cluster: Cluster, tmp_path: Path) -> None:
    made = [jobs.job(tmp_path, epochs=ENDLESS, seed=seed) for seed in range(3)]
    crew = ClusterCrew(made, cluster, dataclasses.replace(OPTIONS, time_limit=0.5, fail_fast=True))
    do(crew)
    statuses = [ended.record.status for ended in crew.ended if ended.record]
    assert statuses.count(Status.FAILED) == 1


def test_a_cluster_that_refuses_is_an_error_before_any_job(
    cluster: Cluster, tmp_path: Path
) -> None:
    job = jobs.job(tmp_path)
    origin = msgspec.structs.replace(job.origin, numpy="1.0")
    with pytest.raises(UserError, match=r"every worker refuses these runs: .* numpy was 1\.0, is"):
        ClusterCrew([dataclasses.replace(job, origin=origin)], cluster, OPTIONS)
    assert not job.outputs.exists()


def test_a_run_that_another_process_does_here_is_waited_for(
    cluster: Cluster, tmp_path: Path
) -> None:
    job = jobs.job(tmp_path)
    crew = ClusterCrew([job], cluster, OPTIONS)
    with Journal(job.folder):
        seen: list[Event] = []

        def held() -> bool:
            seen.extend(event for _, event in crew.poll())
            return HELD in seen

        harness.wait_for(held, "note about the other process")
        assert not crew.done
    do(crew)
    assert record(job).status is Status.FINISHED


def test_a_crew_without_jobs_is_done(cluster: Cluster) -> None:
    assert ClusterCrew([], cluster, OPTIONS).done
