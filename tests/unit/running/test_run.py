"""One run in this process: its events, its files, how it ends and how it continues."""

import dataclasses
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jobs
import msgspec
import numpy as np
import pytest
import records
from held import held_journal

import nn
from experiments.errors import CheckpointError, DataError, StorageError, UserError
from experiments.interruption import Interrupted, Interruption
from experiments.recording import (
    CHECKPOINT,
    JOURNAL,
    NETWORK,
    PREVIOUS_CHECKPOINT,
    WEIGHTS,
    Certificate,
    End,
    Epoch,
    Event,
    Follower,
    Note,
    Record,
    Resume,
    Start,
    Status,
    correct_images,
    load_weights,
    read_record,
)
from experiments.running import Job, checkpoint, run
from experiments.running.identity import processor
from experiments.training import CLOCK, constant_guess, evaluate

LAST_BATCH = jobs.EPOCHS * jobs.BATCHES


def record_of(job: Job) -> Record:
    record = read_record(job.folder)
    assert record is not None
    return record


def end_of(job: Job) -> End:
    end = record_of(job).end
    assert end is not None
    return end


def names(job: Job) -> list[str]:
    return sorted(path.name for path in job.folder.iterdir())


def results(job: Job) -> dict[str, Any]:
    """Return everything that a run computed, without clock times."""
    record = record_of(job)
    return {
        "epochs": [
            {name: value for name, value in epoch.metrics.items() if name not in CLOCK}
            for epoch in record.epochs
        ],
        "end": end_of(job).metrics,
        "correct images": end_of(job).correct_images,
        "confusion matrix": end_of(job).confusion_matrix,
        "network": nn.load((job.folder / NETWORK).read_bytes()).parameters.tobytes(),
    }


def interrupt(job: Job, *, batches: int) -> list[Event]:
    """Do a run until it is interrupted after some mini-batches, and return the recorded events."""
    with pytest.raises(Interrupted) as error:
        jobs.do(job, interruption=jobs.StopAfter(batches))
    assert error.value.signum == signal.SIGTERM
    return list(Follower(job.folder).events())


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return jobs.job(tmp_path)


# A run to the end


def test_each_event_is_in_the_journal_before_it_is_yielded(job: Job) -> None:
    follower, events = Follower(job.folder), []
    for event in run(job, interruption=Interruption()):
        assert list(follower.events()) == [event]
        events.append(event)
    assert [type(event) for event in events] == [Start, Certificate, *[Epoch] * jobs.EPOCHS, End]
    assert [event.epoch for event in events if isinstance(event, Epoch)] == [1, 2, 3]


def test_the_start_says_what_the_run_is(job: Job) -> None:
    start, *_ = jobs.do(job)
    assert isinstance(start, Start)
    assert start.identity == job.folder.name
    assert (start.name, start.config, start.origin) == (job.name, job.config, job.origin)
    assert start.dataset is not None
    assert (start.dataset.train, start.dataset.validation, start.dataset.test) == (40, 20, 12)
    assert start.dataset.sha256 == job.origin.data


def test_a_finished_run_keeps_its_journal_and_its_network(job: Job) -> None:
    jobs.do(job)
    assert names(job) == [JOURNAL, NETWORK]


def test_the_saved_network_is_that_after_the_last_epoch(job: Job) -> None:
    jobs.do(job)
    dataset = job.experiment.dataset.load(job.experiment.dtype)
    network = nn.load((job.folder / NETWORK).read_bytes())
    penalty = job.experiment.l2 / (2 * len(dataset.train))
    test = evaluate(network, dataset.test, penalty=penalty)
    end = end_of(job)
    assert (end.metrics["test/cost"], end.metrics["test/accuracy"]) == (test.cost, test.accuracy)
    assert end.metrics["test/loss"] == test.loss < test.cost
    assert np.array_equal(correct_images(end.correct), test.correct)
    guess = constant_guess(dataset.train, dataset.test)
    assert end.metrics["test/constant_guess"] == guess > 0
    validation = evaluate(network, dataset.validation, penalty=penalty)
    last = record_of(job).epochs[-1].metrics
    assert last["validation/cost"] == validation.cost
    correct = np.trace(np.array(end.confusion_matrix))
    assert correct == validation.accuracy * len(dataset.validation)


def test_the_best_epoch_is_evaluated_as_if_the_run_had_ended_there(tmp_path: Path) -> None:
    """A constant learning rate makes the shorter run the beginning of the longer one."""
    described = {"optimizer": nn.SGD(0.5), "seed": 5}
    job = jobs.job(tmp_path, **described)
    jobs.do(job)
    metrics = end_of(job).metrics
    accuracies = record_of(job).history["validation/accuracy"]
    assert metrics["best_epoch/epoch"] == accuracies.index(max(accuracies)) + 1 < jobs.EPOCHS
    shorter = jobs.job(tmp_path, epochs=int(metrics["best_epoch/epoch"]), **described)
    jobs.do(shorter)
    for name in ("test/cost", "test/loss", "test/accuracy"):
        assert metrics[f"best_epoch/{name}"] == end_of(shorter).metrics[name]
    assert end_of(job).best_epoch_correct == end_of(shorter).correct != end_of(job).correct


def test_first_layer_weights_are_recorded_for_the_chosen_epochs(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, record_weights=(0, 2, 3, 99))
    jobs.do(job)
    weights = load_weights(job.folder)
    assert list(weights) == [0, 2, 3]
    network, _ = job.initialise()
    assert np.array_equal(weights[0], network.weights[0])
    last = nn.load((job.folder / NETWORK).read_bytes())
    assert np.array_equal(weights[3], last.weights[0])
    assert not np.array_equal(weights[2], weights[3])


def test_a_divergence_is_a_result(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, optimizer=nn.SGD(1e200))
    *_, end = jobs.do(job)
    assert isinstance(end, End)
    assert (end.status, end.message) == (
        Status.DIVERGED,
        "cost or norms became NaN or infinite in epoch 1",
    )
    assert end.metrics == {}
    (note,) = jobs.do(job)
    assert isinstance(note, Note)
    assert note.message.startswith("done before; diverged: cost or norms")


def test_a_run_is_stopped_early_and_continues_without_the_limit(tmp_path: Path) -> None:
    job = jobs.job(tmp_path / "stopped", stop_below=(0, 1.0), checkpoint_every=10)
    *_, end = jobs.do(job)
    assert isinstance(end, End)
    assert (end.status, end.early) == (Status.INTERRUPTED, True)
    accuracy = record_of(job).validation_accuracies[1]
    assert end.message == (
        f"stopped early: validation accuracy {accuracy:.2%} after epoch 2, below 100.00%;"
        " without stop_below it continues"
    )
    (note,) = jobs.do(job)
    assert isinstance(note, Note)
    assert note.message == f"done before; interrupted: {end.message} (rerun=true does it again)"
    unlimited = dataclasses.replace(job, stop_below=())
    jobs.do(unlimited)
    whole = jobs.job(tmp_path / "whole")
    jobs.do(whole)
    assert results(unlimited) == results(whole)


def test_a_run_that_was_killed_before_it_could_stop_trains_no_further(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, stop_below=(1.0,))
    records.write_journal(job.folder, job.start(), records.epoch(1))
    resume, end = jobs.do(job)
    assert isinstance(resume, Resume)
    assert isinstance(end, End)
    assert end.early
    assert len(record_of(job).epochs) == 1


# A run that its schedule ends

ENDING = {"optimizer": nn.SGD(1e-12), "schedule": nn.StopOnPlateau(patience=2), "epochs": 9}
"""The weights hardly change, so the training ends after epoch 3."""


def test_a_schedule_ends_a_run_which_has_then_finished(tmp_path: Path) -> None:
    job, whole = jobs.job(tmp_path, **ENDING), jobs.job(tmp_path, **{**ENDING, "epochs": 3})
    *_, end = jobs.do(job)
    jobs.do(whole)
    assert kinds(job) == TRAINED
    assert isinstance(end, End)
    assert (end.status, end.message, end.ended_after) == (Status.FINISHED, "", 3)
    assert names(job) == [JOURNAL, NETWORK]
    assert end_of(whole).ended_after == 0  # the last epoch is the one that was asked for
    assert results(job) == results(whole)
    (note,) = jobs.messages(jobs.do(job))
    assert note.endswith(
        " s; its schedule ended the training after epoch 3 (rerun=true does it again)"
    )


def test_more_epochs_train_no_further_than_the_schedule(tmp_path: Path) -> None:
    job, more = (jobs.job(tmp_path, **{**ENDING, "epochs": epochs}) for epochs in (9, 90))
    for each in (job, more):
        jobs.do(each)
    assert job.identity != more.identity
    assert results(job) == results(more)


@pytest.mark.parametrize("checkpoint_every", [1, 2, 100])
def test_a_run_that_was_killed_after_its_schedule_ended_it_trains_no_further(
    tmp_path: Path, checkpoint_every: int
) -> None:
    job = jobs.job(tmp_path / "killed", checkpoint_every=checkpoint_every, **ENDING)
    whole = jobs.job(tmp_path / "whole", **ENDING)
    jobs.do(whole)
    interrupt(job, batches=2 * jobs.BATCHES + 1)
    for part in run(job, interruption=Interruption()):  # as if it were killed after this event
        if isinstance(part, Epoch):
            break
    else:
        pytest.fail("no epoch")
    records_of_epochs = len(record_of(job).epochs)
    assert records_of_epochs == 3
    jobs.do(job)
    assert len(record_of(job).epochs) == 3
    assert results(job) == results(whole)


@pytest.mark.parametrize("checkpoint_every", [1, 2, 100])
def test_the_test_set_of_a_run_that_its_schedule_ended_is_opened_without_training(
    tmp_path: Path, checkpoint_every: int
) -> None:
    job = jobs.job(tmp_path / "later", checkpoint_every=checkpoint_every, **ENDING)
    at_once = jobs.job(tmp_path / "at once", **ENDING)
    jobs.do(at_once)
    jobs.do(closed(job))
    assert end_of(job).ended_after == 3
    assert names(job) == [CHECKPOINT, JOURNAL, NETWORK]
    resume, end = jobs.do(job, interruption=jobs.StopAfter(0))  # no mini-batch is asked for
    assert isinstance(resume, Resume)
    assert resume.epoch == 3
    assert isinstance(end, End)
    assert end.ended_after == 3
    assert results(job) == results(at_once)


def test_a_run_whose_last_epoch_is_too_low_for_stop_below_has_finished(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, stop_below=(0, 0, 1.0), **ENDING)
    jobs.do(job)
    assert end_of(job).status is Status.FINISHED


def test_a_compiled_run_ends_by_its_schedule(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, backend="numba", **ENDING)
    jobs.do(job)
    assert (len(record_of(job).epochs), end_of(job).ended_after) == (3, 3)


# The test curve


def test_the_test_curve_is_the_test_set_after_each_epoch_and_changes_nothing_else(
    tmp_path: Path,
) -> None:
    """The run whose best epoch is not its last shows that each value belongs to its epoch."""
    described = {"optimizer": nn.SGD(0.5), "seed": 5}
    plain, curve = (jobs.job(tmp_path, test_curve=on, **described) for on in (False, True))
    for each in (plain, curve):
        jobs.do(each)
    assert plain.identity != curve.identity
    history, end = record_of(curve).history, end_of(curve).metrics
    best = int(end["best_epoch/epoch"])
    assert best < jobs.EPOCHS
    for name in ("cost", "loss", "accuracy"):
        values = history[f"test_curve/{name}"]
        assert len(values) == jobs.EPOCHS
        assert values[-1] == end[f"test/{name}"]
        assert values[best - 1] == end[f"best_epoch/test/{name}"]
    without = [
        {name: value for name, value in epoch.items() if not name.startswith("test_curve/")}
        for epoch in results(curve)["epochs"]
    ]
    assert {**results(curve), "epochs": without} == results(plain)
    assert not any(name.startswith("test") for name in record_of(plain).history)


def test_a_resumed_run_has_the_test_curve_of_a_run_without_interruption(tmp_path: Path) -> None:
    options = {"test_curve": True, "checkpoint_every": 2}
    stopped, whole = (jobs.job(tmp_path / name, **options) for name in ("stopped", "whole"))
    interrupt(stopped, batches=jobs.BATCHES + 1)
    for each in (stopped, whole):
        jobs.do(each)
    assert results(stopped) == results(whole)


# A run that was done before


def test_a_finished_run_is_not_done_again(job: Job) -> None:
    jobs.do(job)
    (job.folder / CHECKPOINT).write_bytes(b"left by a crash")
    contents = (job.folder / JOURNAL).read_bytes()
    (note,) = jobs.do(job)
    assert isinstance(note, Note)
    assert not note.recorded
    assert note.message.startswith("done before; finished: test accuracy ")
    assert note.message.endswith(" (rerun=true does it again)")
    assert (job.folder / JOURNAL).read_bytes() == contents
    assert names(job) == [JOURNAL, NETWORK]


def test_rerun_sets_the_old_run_aside_and_does_it_again(job: Job) -> None:
    jobs.do(job)
    before = results(job)
    start, *_, end = jobs.do(dataclasses.replace(job, rerun=True))
    assert isinstance(start, Start)
    assert isinstance(end, End)
    assert results(job) == before
    aside = read_record(job.folder.with_name(f"{job.identity}.1"))
    assert aside is not None
    assert aside.status is Status.FINISHED
    assert aside.start.id != start.id


def test_a_failed_run_is_an_error_until_it_is_retried(job: Job) -> None:
    records.write_journal(job.folder, job.start(), records.end(Status.FAILED, message="no memory"))
    contents = (job.folder / JOURNAL).read_bytes()
    with pytest.raises(UserError, match=r"^tiny: done before; failed: no memory \(retry=true"):
        jobs.do(job)
    assert (job.folder / JOURNAL).read_bytes() == contents
    resume, *_, end = jobs.do(dataclasses.replace(job, retry=True))
    assert isinstance(resume, Resume)
    assert isinstance(end, End)
    assert end.status is Status.FINISHED


def test_a_run_that_another_process_does_is_waited_for(job: Job) -> None:
    with held_journal(job.folder):
        events = run(job, interruption=Interruption())
        note = next(events)
        assert isinstance(note, Note)
        assert not note.recorded
        assert note.message == "another process is doing this run; waiting for it"
    assert isinstance(next(events), Start)
    assert isinstance(list(events)[-1], End)


# An interruption


@pytest.fixture
def handlers() -> Iterator[None]:
    """Restore the handlers of all signals after the test."""
    before = {each: signal.getsignal(each) for each in signal.valid_signals()}
    yield
    for each, handler in before.items():
        if handler is not None and signal.getsignal(each) != handler:
            signal.signal(each, handler)


@pytest.mark.usefixtures("handlers")
def test_a_signal_ends_a_run_after_a_checkpoint(job: Job) -> None:
    """The signal is received while the event of an epoch is shown."""
    interruption = Interruption()
    interruption.install()

    def show_all() -> None:
        for event in run(job, interruption=interruption):
            if isinstance(event, Epoch):
                os.kill(os.getpid(), signal.SIGHUP)

    with pytest.raises(Interrupted, match="SIGHUP"):
        show_all()
    end = end_of(job)
    assert end.status is Status.INTERRUPTED
    assert end.message == "stopped by SIGHUP after epoch 1"
    assert names(job) == [CHECKPOINT, PREVIOUS_CHECKPOINT, JOURNAL]


@pytest.mark.parametrize("batches", [0, 1, 5, jobs.BATCHES, LAST_BATCH - 1])
def test_a_resumed_run_gives_the_same_bits(tmp_path: Path, batches: int) -> None:
    uninterrupted = jobs.job(tmp_path / "uninterrupted")
    jobs.do(uninterrupted)
    job = jobs.job(tmp_path / "interrupted")
    interrupt(job, batches=batches)
    resume, *events = jobs.do(job)
    assert isinstance(resume, Resume)
    assert (resume.epoch, resume.batches) == divmod(batches, jobs.BATCHES)
    assert resume.remark == ""
    assert len(events) == jobs.EPOCHS - batches // jobs.BATCHES + 1
    assert results(job) == results(uninterrupted)


def test_a_run_can_be_interrupted_again_and_again(tmp_path: Path) -> None:
    uninterrupted = jobs.job(tmp_path / "uninterrupted")
    jobs.do(uninterrupted)
    job = jobs.job(tmp_path / "interrupted", checkpoint_every=2)
    for _ in range(3):
        interrupt(job, batches=3)
    jobs.do(job)
    assert results(job) == results(uninterrupted)
    elapsed = [event.elapsed for event in Follower(job.folder).events() if isinstance(event, End)]
    assert elapsed == sorted(elapsed)


def test_without_checkpoints_a_run_repeats_its_epochs_and_records_them_once(
    tmp_path: Path,
) -> None:
    uninterrupted = jobs.job(tmp_path / "uninterrupted")
    jobs.do(uninterrupted)
    job = jobs.job(tmp_path / "interrupted")
    interrupt(job, batches=2 * jobs.BATCHES + 1)
    for name in (CHECKPOINT, PREVIOUS_CHECKPOINT):
        (job.folder / name).write_bytes(b"damaged")
    resume, *events = jobs.do(job)
    assert isinstance(resume, Resume)
    assert (resume.epoch, resume.batches) == (0, 0)
    assert resume.remark == f"{CHECKPOINT} is damaged, {PREVIOUS_CHECKPOINT} is damaged"
    assert [type(event) for event in events] == [Epoch, End]
    assert results(job) == results(uninterrupted)


def test_a_repeated_epoch_that_differs_from_its_record_is_an_error(job: Job) -> None:
    start, certificate, epoch, *_ = interrupt(job, batches=jobs.BATCHES + 1)
    assert isinstance(epoch, Epoch)
    shutil.rmtree(job.folder)
    changed = {**epoch.metrics, "train/cost": epoch.metrics["train/cost"] + 1e-12, "seconds": 9.0}
    differing = msgspec.structs.replace(epoch, metrics=changed)
    records.write_journal(job.folder, start, certificate, differing)
    with pytest.raises(UserError, match=r"epoch 1 was trained again .* \(train/cost\): rerun=true"):
        jobs.do(job)
    assert end_of(job).status is Status.FAILED
    assert "differs from its record" in end_of(job).message


def test_a_checkpoint_of_another_origin_is_an_error_that_changes_nothing(job: Job) -> None:
    interrupt(job, batches=1)
    contents = (job.folder / JOURNAL).read_bytes()
    changed = dataclasses.replace(job, origin=msgspec.structs.replace(job.origin, code="another"))
    folder = changed.folder
    job.folder.rename(folder)
    with pytest.raises(CheckpointError, match=r"code was .*, is another"):
        jobs.do(changed)
    assert (folder / JOURNAL).read_bytes() == contents


# Errors


def test_unfit_data_are_an_error_and_nothing_is_recorded(job: Job) -> None:
    dataset = jobs.dataset(Path(job.experiment.dataset.root), train_size=1000)
    job = dataclasses.replace(job, experiment=dataclasses.replace(job.experiment, dataset=dataset))
    with pytest.raises(DataError, match="too few"):
        jobs.do(job)
    assert read_record(job.folder) is None


class Broken(nn.Sigmoid):
    """An activation function with a bug."""

    def apply(self, z: Any) -> None:
        raise RuntimeError("broken")


def test_a_bug_is_recorded_with_its_traceback_and_raised(job: Job) -> None:
    experiment = dataclasses.replace(job.experiment, activation=Broken())
    with pytest.raises(RuntimeError, match="broken"):
        jobs.do(dataclasses.replace(job, experiment=experiment))
    end = end_of(job)
    assert (end.status, end.message) == (Status.FAILED, "RuntimeError: broken")
    assert "in apply" in end.traceback


def test_a_file_that_cannot_be_written_interrupts_the_run(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, record_weights=(2,))
    job.folder.mkdir(parents=True)
    (job.folder / WEIGHTS).touch()  # there is to be a folder of this name
    message = r"^stopped by .*File exists.* after epoch 2; everything recorded before is safe; the"
    with pytest.raises(StorageError, match=message):
        jobs.do(job)
    assert end_of(job).status is Status.INTERRUPTED
    assert "File exists" in end_of(job).message
    (job.folder / WEIGHTS).unlink()
    jobs.do(job)
    assert end_of(job).status is Status.FINISHED
    assert list(load_weights(job.folder)) == [2]


def test_a_deleted_folder_ends_the_run_with_an_error(job: Job) -> None:
    def delete_after_first_epoch() -> None:
        for event in run(job, interruption=Interruption()):
            if isinstance(event, Epoch):
                shutil.rmtree(job.folder)

    with pytest.raises(StorageError, match="was deleted during the run"):
        delete_after_first_epoch()
    assert not job.folder.exists()


def test_a_run_continues_without_checkpoints_and_notes_that_once(job: Job) -> None:
    obstacle = job.folder / PREVIOUS_CHECKPOINT
    obstacle.mkdir(parents=True)  # no file can get this name
    events = list(run(job, interruption=Interruption()))
    not_written, not_removed = jobs.messages(events)
    assert not_written.startswith("no checkpoint could be written: ")
    assert not_removed.startswith("the checkpoint could not be removed: ")
    assert [type(event) for event in events].count(Epoch) == jobs.EPOCHS
    assert end_of(job).status is Status.FINISHED


def stop_at(job: Job, kind: type[Event]) -> None:
    """Raise an error in the code that receives the events, at the first event of a kind."""
    for event in run(job, interruption=Interruption()):
        if isinstance(event, kind):
            raise BrokenPipeError("nobody reads the output")


def test_an_error_in_the_code_that_receives_the_events_is_recorded(job: Job) -> None:
    with pytest.raises(BrokenPipeError):
        stop_at(job, Epoch)
    end = end_of(job)
    assert end.status is Status.INTERRUPTED
    assert end.message == "stopped by an error outside of the run after epoch 1"
    jobs.do(job)
    assert end_of(job).status is Status.FINISHED


def test_an_error_at_the_last_event_does_not_change_the_end(job: Job) -> None:
    with pytest.raises(BrokenPipeError):
        stop_at(job, End)
    assert end_of(job).status is Status.FINISHED


# Unfinished runs of other code or data

Change = Callable[[Job], Job]


def with_code(job: Job) -> Job:
    return dataclasses.replace(job, origin=msgspec.structs.replace(job.origin, code="another"))


def with_seed(job: Job) -> Job:
    config = {**job.origin.config, "seed": 1}
    return dataclasses.replace(job, origin=msgspec.structs.replace(job.origin, config=config))


def test_a_run_notes_an_unfinished_run_of_other_code(job: Job) -> None:
    interrupt(job, batches=1)
    changed = with_code(job)
    (message,) = jobs.messages(jobs.do(changed))
    assert message == (
        f"starts from the beginning: {job.identity} is unfinished,"
        f" but code was {job.origin.code}, is another"
    )
    assert jobs.messages(jobs.do(dataclasses.replace(changed, rerun=True))) == [message]


def test_other_runs_are_not_noted(job: Job) -> None:
    interrupt(job, batches=1)
    assert jobs.messages(jobs.do(with_seed(job))) == []
    jobs.do(job)
    assert jobs.messages(jobs.do(with_code(job))) == []


# The test set


def closed(job: Job) -> Job:
    return dataclasses.replace(job, score_test=False)


def kinds(job: Job) -> list[type[Event]]:
    return [type(event) for event in Follower(job.folder).events()]


TRAINED = [Start, Certificate, *[Epoch] * jobs.EPOCHS, End]


def test_a_closed_test_set_leaves_no_number(job: Job) -> None:
    jobs.do(closed(job))
    end = end_of(job)
    assert record_of(job).untested
    assert end.metrics.keys() == {"best_epoch/epoch"}
    assert end.correct_images == {}
    assert np.sum(end.confusion_matrix) == jobs.N - 40
    assert b"test/" not in (job.folder / JOURNAL).read_bytes()
    assert names(job) == [CHECKPOINT, JOURNAL, NETWORK]


@pytest.mark.parametrize("checkpoint_every", [1, 2, 100])
def test_the_test_set_is_opened_later_without_training_to_the_same_bits(
    tmp_path: Path, checkpoint_every: int
) -> None:
    at_once = jobs.job(tmp_path / "at once", checkpoint_every=checkpoint_every)
    jobs.do(at_once)
    job = jobs.job(tmp_path / "later", checkpoint_every=checkpoint_every)
    jobs.do(closed(job))
    before = (job.folder / JOURNAL).read_bytes()
    resume, end = jobs.do(job, interruption=jobs.StopAfter(0))  # no mini-batch is asked for
    assert isinstance(resume, Resume)
    assert (resume.epoch, resume.batches, resume.remark) == (jobs.EPOCHS, 0, "")
    assert isinstance(end, End)
    assert kinds(job) == [*TRAINED, Resume, End]
    assert (job.folder / JOURNAL).read_bytes().startswith(before)
    assert results(job) == results(at_once)
    assert names(job) == [JOURNAL, NETWORK]


def test_a_closed_test_set_stays_closed(job: Job) -> None:
    jobs.do(closed(job))
    contents = (job.folder / JOURNAL).read_bytes()
    (note,) = jobs.messages(jobs.do(closed(job)))
    assert note.startswith("done before; finished: the test set is closed, ")
    assert (job.folder / JOURNAL).read_bytes() == contents
    assert names(job) == [CHECKPOINT, JOURNAL, NETWORK]


def test_an_opened_test_set_is_not_closed_again(job: Job) -> None:
    jobs.do(job)
    contents = (job.folder / JOURNAL).read_bytes()
    assert isinstance(jobs.do(closed(job))[0], Note)
    assert (job.folder / JOURNAL).read_bytes() == contents


def test_without_its_checkpoint_a_closed_run_is_trained_again_and_compared(job: Job) -> None:
    jobs.do(closed(job))
    (job.folder / CHECKPOINT).unlink()
    jobs.do(job)
    assert kinds(job) == [*TRAINED, Resume, End]
    assert not record_of(job).untested


def test_a_process_that_dies_while_it_opens_the_test_set_is_taken_over(job: Job) -> None:
    jobs.do(closed(job))
    records.write_journal(job.folder, records.resume(jobs.EPOCHS))
    assert record_of(job).status is Status.INTERRUPTED
    jobs.do(closed(job))
    assert record_of(job).untested
    records.write_journal(job.folder, records.resume(jobs.EPOCHS))
    jobs.do(job)
    assert not record_of(job).untested
    assert record_of(job).final


def test_a_diverged_run_has_no_test_set_to_open(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, optimizer=nn.SGD(1e200))
    jobs.do(closed(job))
    contents = (job.folder / JOURNAL).read_bytes()
    assert isinstance(jobs.do(job)[0], Note)
    assert (job.folder / JOURNAL).read_bytes() == contents
    assert CHECKPOINT not in names(job)


def test_a_test_cost_that_is_not_finite_is_a_divergence_when_it_is_seen(job: Job) -> None:
    jobs.do(closed(job))
    made_here = msgspec.structs.replace(job.origin, processor=processor())
    network, progress = job.initialise()
    saved, _ = checkpoint.load(job.folder, made_here, epochs=jobs.EPOCHS)
    assert saved is not None
    saved.restore(network, progress)
    network.parameters[:] = 1e200  # its penalty is infinite
    checkpoint.save(job.folder, network, progress, made_here)
    with np.errstate(over="ignore", invalid="ignore"):
        jobs.do(job)
    assert kinds(job) == [*TRAINED, Resume, End]
    assert record_of(job).status is Status.DIVERGED
    assert names(job) == [JOURNAL, NETWORK]


def test_a_closed_run_of_other_code_is_noted_only_by_a_run_that_opens_its_test_set(
    job: Job,
) -> None:
    jobs.do(closed(job))
    changed = with_code(job)
    (message,) = jobs.messages(jobs.do(changed))
    assert message == (
        f"starts from the beginning: {job.identity} has finished with its test set closed,"
        f" but code was {job.origin.code}, is another"
    )
    again = dataclasses.replace(closed(changed), rerun=True)
    assert jobs.messages(jobs.do(again)) == []
