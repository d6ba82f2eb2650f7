"""The runner: a process that does what its supervisor says, one command at a time."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import harness
import jobs
import pytest

from experiments.cluster.agreement import packed
from experiments.cluster.commands import Answer, Command
from experiments.cluster.host_data import contents_of, keep
from experiments.cluster.runners import Runner, RunnerError
from experiments.data import forget_files
from experiments.recording import NETWORK, Status, read_record, run_folder
from experiments.running import Job

ENDLESS = 10_000_000


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runner]:
    monkeypatch.setenv("EXPERIMENTS_CACHE", str(tmp_path / "cache"))
    made = Runner(tmp_path / "runner.log")
    yield made
    made.close()


def command(todo: Job, tmp_path: Path, **options: object) -> Command:
    made = {"job": packed(todo), "outputs": str(tmp_path / "there"), "worker": "w0"}
    return Command(**{**made, **options})  # type: ignore[arg-type]


def answer(runner: Runner) -> Answer:
    return harness.wait_for(lambda: runner.answer(0.01), "answer of the runner")


def there(job: Job, tmp_path: Path) -> Path:
    return run_folder(tmp_path / "there", job.identity)


def wait_for_epoch(job: Job, tmp_path: Path) -> None:
    harness.wait_for_events("epoch", 1, there(job, tmp_path))


def test_a_run_has_the_bits_of_one_here(runner: Runner, tmp_path: Path) -> None:
    for seed in (0, 1):
        job = jobs.job(tmp_path, seed=seed)
        jobs.do(job)
        runner.send(command(job, tmp_path))
        assert answer(runner) == Answer()
        network = (there(job, tmp_path) / NETWORK).read_bytes()
        assert network == (job.folder / NETWORK).read_bytes()


def test_a_run_stops_on_demand_after_a_checkpoint(runner: Runner, tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=ENDLESS)
    runner.send(command(job, tmp_path))
    wait_for_epoch(job, tmp_path)
    runner.stop()
    assert answer(runner).last.text == ""
    record = read_record(there(job, tmp_path))
    assert record is not None
    assert record.status is Status.INTERRUPTED
    assert (there(job, tmp_path) / "checkpoint.npz").is_file()


def test_a_run_that_takes_too_long_has_failed(runner: Runner, tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=ENDLESS)
    runner.send(command(job, tmp_path, time_limit=0.5))
    message = "took longer than hydra.launcher.time_limit=0.5 seconds on w0"
    assert answer(runner).last.text == message
    record = read_record(there(job, tmp_path))
    assert record is not None
    assert record.end is not None
    assert (record.status, record.end.message) == (Status.FAILED, message)


def test_a_run_that_is_hopeless_is_recorded_as_failed(runner: Runner, tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    runner.send(command(job, tmp_path, failure="its worker died 3 times"))
    assert answer(runner) == Answer()
    record = read_record(there(job, tmp_path))
    assert record is not None
    assert record.end is not None
    assert record.end.message == "its worker died 3 times"
    assert record.epochs == []


def test_a_job_that_is_none_is_refused(runner: Runner, tmp_path: Path) -> None:
    runner.send(command(jobs.job(tmp_path), tmp_path, job=b"garbage"))
    assert answer(runner).refusal.startswith("cannot read the job, because it has other code")


def test_data_that_are_missing_are_asked_for(runner: Runner, tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    files = contents_of(job.experiment.dataset)
    shutil.rmtree(job.experiment.dataset.root)
    forget_files()
    runner.send(command(job, tmp_path))
    assert answer(runner) == Answer(missing_data=job.origin.data)
    keep(job.origin.data, files)
    runner.send(command(job, tmp_path))
    assert answer(runner) == Answer()


def test_a_runner_that_dies_says_so(runner: Runner, tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=ENDLESS)
    runner.send(command(job, tmp_path))
    wait_for_epoch(job, tmp_path)
    os.kill(runner.pid, signal.SIGKILL)
    with pytest.raises(RunnerError, match="has ended with exit code -9"):
        answer(runner)
    assert not runner.alive


def test_a_runner_ends_with_its_supervisor(tmp_path: Path) -> None:
    runner = Runner(tmp_path / "log")
    job = jobs.job(tmp_path, epochs=ENDLESS)
    runner.send(command(job, tmp_path))
    wait_for_epoch(job, tmp_path)
    runner.close()  # as the kernel does when the process of the supervisor ends
    record = read_record(there(job, tmp_path))
    assert record is not None
    assert record.status is Status.INTERRUPTED
    assert record.end is not None
