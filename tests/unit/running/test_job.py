"""A job: from a composed configuration, its folder, and when there is nothing to do."""

import dataclasses
from pathlib import Path

import idx_files
import jobs
import msgspec
import numpy as np
import pytest
import records

import nn
from experiments.configuration import JobConfig, compose
from experiments.errors import ConfigError
from experiments.recording import JOURNAL, Record, Status
from experiments.running import Job, identity
from experiments.training import initialise
from nn import StopOnPlateau

# From a configuration


def test_a_job_is_described_by_a_composed_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    overrides = [
        "optimizer=adam",
        "seed=3",
        "outputs=here",
        "checkpoint_every=5",
        "stop_below=[0,0.5]",
        "record_weights=[0,1]",
        "retry=true",
        "score_test=false",
    ]
    config = compose([*overrides])
    job = Job.of(config, config.hydra)
    assert job.overrides == overrides
    assert job.name == "784-30-10 mse adam seed=3"
    assert job.choices["optimizer"] == "adam"
    assert isinstance(job.experiment.optimizer, nn.Adam)
    assert (job.experiment.seed, job.config.seed) == (3, 3)
    assert job.outputs == tmp_path / "here"
    assert (job.checkpoint_every, job.record_weights) == (5, (0, 1))
    assert job.stop_below == (0, 0.5)
    assert (job.plan, job.retry, job.score_test, job.rerun) == (False, True, False, False)


def test_a_job_of_a_sweep_has_the_name_that_it_is_given() -> None:
    config = compose(["seed=1"])
    assert Job.of(config, config.hydra, "seed=1").name == "seed=1"


def test_a_job_of_a_sweep_is_named_by_the_sizes_that_fit_its_data(tmp_path: Path) -> None:
    idx_files.write_small(tmp_path)  # 2 x 2 pixels, 2 classes
    data = ("dataset=folder", f"dataset.root={tmp_path}", "dataset.validation_size=2")
    config = compose([*data, "architecture=784-20-10-10", "architecture.fit=true"])
    job = Job.of(config, config.hydra, "784-20-10-10 seed=0")
    assert job.name == "4-20-10-2 seed=0"
    assert job.config.architecture.sizes == job.experiment.sizes == [4, 20, 10, 2]
    other = JobConfig(
        compose([*data, "architecture.fit=true", "seed=1"]), [], (), frozenset(["seed"])
    )
    assert job.changed(other, "784-20-10-10 seed=1").name == "4-20-10-2 seed=1"


def test_a_configuration_that_cannot_be_run_is_an_error() -> None:
    config = compose(["batch_size=0"])
    with pytest.raises(ConfigError, match="batch_size must be at least 1, not 0"):
        Job.of(config, config.hydra)


# Identity and start


def test_a_run_has_the_folder_of_its_identity(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    assert job.identity == identity(job.origin)
    assert job.folder == job.outputs / "runs" / job.identity


def test_the_name_and_the_place_do_not_change_the_identity(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    same = dataclasses.replace(
        job, name="x", outputs=tmp_path, retry=True, score_test=False, overrides=["l2=0.1"]
    )
    assert same.identity == job.identity
    assert jobs.job(tmp_path, seed=1).identity != job.identity


def test_the_first_event_describes_the_job(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, seed=7)
    start = job.start()
    assert (start.identity, start.origin, start.name) == (job.identity, job.origin, "tiny")
    assert (start.overrides, start.choices, start.config) == (
        ["seed=7"],
        job.choices,
        job.config,
    )
    assert start.dataset is None
    assert job.start(records.START.dataset).dataset == records.START.dataset


def test_every_record_has_an_id_of_its_own(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    assert job.start().id != job.start().id


def test_a_network_is_initialised_as_the_experiment_says(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, seed=4)
    experiment = job.experiment
    expected, _ = initialise(
        sizes=[4, 5, 3],
        activation=experiment.activation,
        loss=experiment.loss,
        initializer=experiment.initializer,
        optimizer=experiment.optimizer,
        seed=4,
        dtype="float64",
    )
    network, progress = job.initialise()
    assert np.array_equal(network.parameters, expected.parameters)
    assert network.parameters.dtype == np.float64
    assert progress.epochs == 0


# Nothing to do


@pytest.mark.parametrize("status", [Status.FINISHED, Status.DIVERGED, Status.FAILED])
def test_a_run_with_this_status_is_not_done_again(tmp_path: Path, status: Status) -> None:
    assert jobs.job(tmp_path).is_settled(records.record(records.end(status)))


@pytest.mark.parametrize(
    "record",
    [
        None,
        records.record(),
        records.record(records.end(Status.INTERRUPTED)),
        records.record(records.end(Status.FAILED), records.resume(0)),
    ],
)
def test_an_unfinished_run_is_done(tmp_path: Path, record: Record | None) -> None:
    assert not jobs.job(tmp_path).is_settled(record)


def test_retry_does_failed_runs_only(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, retry=True)
    settled = {status: job.is_settled(records.record(records.end(status))) for status in ENDS}
    assert settled == {
        Status.FINISHED: True,
        Status.DIVERGED: True,
        Status.FAILED: False,
        Status.INTERRUPTED: False,
    }


def test_a_closed_test_set_is_all_that_is_left_unless_it_stays_closed(tmp_path: Path) -> None:
    record = records.record(*records.epochs(3), records.closed_end())
    opens, leaves = (jobs.job(tmp_path, score_test=score) for score in (True, False))
    assert (opens.opens_test(record), opens.is_settled(record)) == (True, False)
    assert (leaves.opens_test(record), leaves.is_settled(record)) == (False, True)
    for end in (records.end(), records.end(Status.DIVERGED)):
        assert not opens.opens_test(records.record(end))


def test_rerun_does_every_run(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, rerun=True)
    assert not any(job.is_settled(records.record(records.end(status))) for status in ENDS)


ENDS = (Status.FINISHED, Status.DIVERGED, Status.FAILED, Status.INTERRUPTED)


def test_the_journal_says_whether_there_is_nothing_to_do(tmp_path: Path) -> None:
    job = jobs.job(tmp_path)
    assert not job.is_settled_on_disk()
    start = msgspec.structs.replace(records.START, identity=job.identity)
    records.write_journal(job.folder, start, records.epoch(1))
    assert not job.is_settled_on_disk()
    records.write_journal(job.folder, records.end())
    assert job.is_settled_on_disk()
    contents = (job.folder / JOURNAL).read_bytes()
    (job.folder / JOURNAL).write_bytes(contents.replace(b"train/cost", b"train/lost"))
    assert not job.is_settled_on_disk()


# Early stops


@pytest.mark.parametrize(
    ("accuracies", "epoch"),
    [
        ([], None),
        ([0.1], None),
        ([0.1, 0.5], None),
        ([0.1, 0.4], 2),
        ([0.1, 0.4, 0.9], 2),
        ([0.1, 0.6, 0.4], None),  # the last epoch: there is nothing to save
    ],
)
def test_a_run_stops_after_the_first_epoch_with_too_low_an_accuracy(
    tmp_path: Path, accuracies: list[float], epoch: int | None
) -> None:
    job = jobs.job(tmp_path, epochs=3, stop_below=(0, 0.5, 0.5))
    assert job.stops_after(accuracies) == epoch
    assert jobs.job(tmp_path).stops_after(accuracies) is None


def test_a_run_whose_training_its_schedule_ends_is_not_stopped_early(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, epochs=9, stop_below=(0, 0.5, 0.95), schedule=StopOnPlateau(2))
    assert job.stops_after([0.9, 0.8, 0.7]) is None
    assert job.stops_after([0.9, 0.4, 0.7]) == 2


def test_an_interrupted_run_that_would_be_stopped_early_is_settled(tmp_path: Path) -> None:
    record = records.record(records.epoch(1), records.end(Status.INTERRUPTED))
    assert jobs.job(tmp_path, stop_below=(0.95,)).is_settled(record)
    assert not jobs.job(tmp_path, stop_below=(0.85,)).is_settled(record)
    assert not jobs.job(tmp_path, stop_below=(0.95,), rerun=True).is_settled(record)
