"""Execute one run: train, write the journal, resume, save checkpoints, test."""

import math
import traceback
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from experiments.configuration import experiments_command
from experiments.errors import CheckpointError, StorageError, UserError
from experiments.examples import Dataset
from experiments.interruption import Interrupted, Interruption
from experiments.recording import (
    CHECKPOINT,
    NETWORK,
    RESUME_HINT,
    End,
    Epoch,
    Event,
    Journal,
    Note,
    Origin,
    Record,
    RecordedDataset,
    Resume,
    Status,
    describe_certificate,
    describe_end,
    pack_correct,
    read_record,
    run_folders,
    save_weights,
    write_atomically,
)
from experiments.running import checkpoint
from experiments.running.backends import kernel
from experiments.running.certificate import certify
from experiments.running.curve import curve_metrics
from experiments.running.environment import environment
from experiments.running.identity import differences, processor
from experiments.running.job import Job
from experiments.running.recorder import Recorder
from experiments.training import (
    CLOCK,
    Descent,
    DivergenceError,
    EpochMetrics,
    Progress,
    confusion_matrix,
    constant_guess,
    descend,
    evaluate,
    training_parts,
)
from nn import Network, save


class EarlyStop(Exception):  # noqa: N818 - it is no error
    """`stop_below` stops the run."""


HELD = Note(message="another process is doing this run; waiting for it")
"""The first event of a run that another process does."""


def run(job: Job, *, interruption: Interruption) -> Iterator[Event]:
    """Do a run as `run_parts` does, with all its descents; yield each event."""
    for part in run_parts(job, interruption=interruption):
        if isinstance(part, Descent):
            descend([part], stop=interruption.requested)
        else:
            yield part


def run_parts(job: Job, *, interruption: Interruption) -> Generator[Event | Descent, None, None]:
    """Do a run, or the rest of it, and yield each event after it is in the journal.

    The caller does the descents, which are the mini-batches of an epoch.

    A divergence is a result, not an error, and so is the end that `stop_below` asks for. While
    another process does the same run, this one waits.
    Messages about waiting, and about a run that is complete, are notes that are not recorded.

    Raise UserError without recording anything if the data are unfit, if the run failed before, or
    if its checkpoint has another origin. Raise UserError after recording it if the folder cannot be
    written or the journal contradicts the run. Raise `Interrupted` after writing a checkpoint. Any
    other error is raised after it is recorded.
    """
    try:
        journal = Journal(job.folder, wait=False, aside=job.rerun)
    except BlockingIOError:
        yield HELD
        journal = Journal(job.folder, aside=job.rerun)
    with journal:
        recorder = Recorder(journal)
        if recorder.record is not None and job.is_settled(recorder.record):
            yield _settled_note(job, recorder.record)
        else:
            with interruption.deferred():
                yield from _work(job, recorder, interruption)
        if recorder.record is not None and recorder.record.final:
            yield from _remove_checkpoints(job, recorder.record)


def _remove_checkpoints(job: Job, record: Record) -> list[Event]:
    """Remove the checkpoints that a finished run does not need. If that fails, return a note."""
    try:
        checkpoint.remove(job.folder, keep_last=record.untested)
    except OSError as error:
        return [Note(message=f"the checkpoint could not be removed: {error}")]
    return []


def _settled_note(job: Job, record: Record) -> Note:
    """Return a note that there is nothing to do. Raise UserError if the run failed before."""
    message = f"done before; {describe_end(record.end)}" if record.end else ""
    if record.status is Status.FAILED:
        raise UserError(f"{job.name}: {message} (retry=true tries again)")
    return Note(message=f"{message} (rerun=true does it again)")


def _work(job: Job, recorder: Recorder, interruption: Interruption) -> Iterator[Event | Descent]:
    """Do a run and record how it ended."""
    try:
        yield from _train(job, recorder, interruption)
    except CheckpointError:
        raise  # nothing is recorded: where the checkpoint was made, the run can still continue
    except GeneratorExit:  # an error in the code that receives the events
        message = f"stopped by an error outside of the run after epoch {len(recorder.epochs)}"
        _record_end(End(status=Status.INTERRUPTED, message=message), recorder, failed=True)
        raise
    except (Exception, KeyboardInterrupt) as error:
        end = _end(error, recorder)
        failure = _failure(error, end, recorder)
        yield from _record_end(end, recorder, failed=failure is not None)
        if failure is not None:
            raise failure from error.__cause__


def _end(error: BaseException, recorder: Recorder) -> End:
    """Return the event that records how an error ended a run."""
    if isinstance(error, DivergenceError):
        return End(status=Status.DIVERGED, message=str(error))
    if isinstance(error, EarlyStop):
        return End(status=Status.INTERRUPTED, message=str(error), early=True)
    if isinstance(error, StorageError):
        return End(status=Status.INTERRUPTED, message=str(error))
    if isinstance(error, KeyboardInterrupt | OSError):
        reason = str(error) or "SIGINT"
        message = f"stopped by {reason} after epoch {len(recorder.epochs)}"
        return End(status=Status.INTERRUPTED, message=message)
    if isinstance(error, UserError):
        return End(status=Status.FAILED, message=str(error))
    message = "".join(traceback.format_exception_only(error)).strip()
    if isinstance(error, MemoryError):
        message = f"there is not enough memory: {error}"
    return End(status=Status.FAILED, message=message, traceback=traceback.format_exc())


def _failure(error: BaseException, end: End, recorder: Recorder) -> BaseException | None:
    """Return the error that the caller of `run` sees; None for a result."""
    if isinstance(error, DivergenceError | EarlyStop):
        return None
    if isinstance(error, OSError):
        safe = f"{end.message}; everything recorded before is safe{RESUME_HINT}"
        return StorageError(recorder.journal.lost or safe)
    return error


def _record_end(end: End, recorder: Recorder, *, failed: bool) -> list[Event]:
    """Record how a run ended, if that is possible; not if it has no start, or is complete."""
    if recorder.record is None or recorder.record.final:
        return []
    try:
        return [recorder.append(end)]
    except (OSError, UserError):
        if not failed:
            raise
        return []


def _train(job: Job, recorder: Recorder, interruption: Interruption) -> Iterator[Event | Descent]:
    """Train, or continue to train, to the end. Raise whatever stops the training."""
    experiment = job.experiment
    origin = msgspec.structs.replace(job.origin, processor=processor())
    dataset = experiment.dataset.load(experiment.dtype)
    resuming = recorder.record is not None
    if not resuming:
        yield recorder.append(job.start(recorded_dataset(job, dataset)))
        for message in abandoned(job):
            yield from recorder.note(message)
    network, progress = job.initialise()
    if resuming:
        yield recorder.append(_resume(job, network, progress, origin, len(recorder.epochs)))
    yield from _certify(job, recorder, network, dataset)
    _check_early_stop(job, recorder)
    if progress.epochs == 0 and progress.batches == 0 and 0 in job.record_weights:
        save_weights(job.folder, 0, network.weights[0])
    for part in training_parts(
        network,
        dataset,
        optimizer=experiment.optimizer,
        schedule=experiment.schedule,
        epochs=experiment.epochs,
        batch_size=experiment.batch_size,
        l2=experiment.l2,
        progress=progress,
        kernel=kernel(experiment, network, dataset.train),
    ):
        if isinstance(part, Descent):
            yield part
            continue
        curve = curve_metrics(experiment, network, dataset, part.epoch)
        yield from _record_epoch(recorder, part, curve)
        if part.epoch in job.record_weights:
            save_weights(job.folder, part.epoch, network.weights[0])
        closed_end = not job.score_test and experiment.is_trained(progress.accuracies)
        if closed_end or part.epoch % job.checkpoint_every == 0:
            yield from _save_checkpoint(job, recorder, network, progress, origin)
        _check_early_stop(job, recorder)
    if not experiment.is_trained(progress.accuracies):
        yield from _save_checkpoint(job, recorder, network, progress, origin)
        raise Interrupted(interruption.signum or 0)
    yield recorder.append(_finish(job, network, progress, dataset))


def _certify(job: Job, recorder: Recorder, network: Network, dataset: Dataset) -> Iterator[Event]:
    """Check the gradient of the initial network, and record what is found; once per run.

    A run that has trained is not checked: its record is from before there were certificates. Raise
    UserError, which names the layer, if the gradient is wrong.
    """
    before = recorder.record.certificate if recorder.record else None
    if recorder.epochs or (before is not None and before.passed):
        return
    certificate = certify(job.experiment, network, dataset)
    yield recorder.append(certificate)
    if not certificate.passed:
        own = ["--config-dir", job.config_dir] if job.config_dir else []
        command = experiments_command("verify", *own, *job.overrides)
        raise UserError(f"{describe_certificate(certificate)}; every number: {command}")


def _check_early_stop(job: Job, recorder: Recorder) -> None:
    """Raise `EarlyStop` if the accuracy after one of the recorded epochs was too low."""
    if recorder.record is None:
        return
    accuracies = recorder.record.validation_accuracies
    epoch = job.stops_after(accuracies)
    if epoch is not None:
        raise EarlyStop(
            f"stopped early: validation accuracy {accuracies[epoch - 1]:.2%} after epoch {epoch},"
            f" below {job.stop_below[epoch - 1]:.2%}; without stop_below it continues"
        )


def _resume(
    job: Job, network: Network, progress: Progress, origin: Origin, recorded_epochs: int
) -> Resume:
    """Restore the last checkpoint, and return the event that says where the run continues."""
    saved, remark = checkpoint.load(job.folder, origin, epochs=recorded_epochs)
    if saved:
        saved.restore(network, progress)
    return Resume(
        epoch=progress.epochs,
        batches=progress.batches,
        remark=remark,
        environment=environment(),
    )


def _record_epoch(
    recorder: Recorder, metrics: EpochMetrics, curve: Mapping[str, float]
) -> list[Event]:
    """Record an epoch; not if it was recorded before an interruption, after the last checkpoint."""
    event = Epoch(epoch=metrics.epoch, metrics={**metrics.by_name(), **curve}, elapsed=0.0)
    if event.epoch > len(recorder.epochs):
        return [recorder.append(event)]
    _check_equal(recorder.epochs[event.epoch - 1], event, recorder.journal.path)
    return []


def _check_equal(recorded: Epoch, repeated: Epoch, journal: Path) -> None:
    """Raise UserError if a repeated epoch differs from its record."""
    differing = [
        name
        for name, value in recorded.metrics.items()
        if name not in CLOCK and value != repeated.metrics.get(name)
    ]
    if differing:
        raise UserError(
            f"{journal}: epoch {recorded.epoch} was trained again after the interruption, and"
            f" differs from its record ({', '.join(differing)}): rerun=true starts the run again"
        )


def _save_checkpoint(
    job: Job, recorder: Recorder, network: Network, progress: Progress, origin: Origin
) -> list[Event]:
    """Write a checkpoint. If that fails, the run continues, and a note is recorded."""
    try:
        checkpoint.save(job.folder, network, progress, origin)
    except OSError as error:
        return recorder.note(f"no checkpoint could be written: {error}")
    return []


def _finish(job: Job, network: Network, progress: Progress, dataset: Dataset) -> End:
    """Save the network, and return how the run has finished, with the test set if it is opened."""
    write_atomically(job.folder / NETWORK, save(network))
    end = End(
        status=Status.FINISHED,
        ended_after=progress.epochs if progress.epochs < job.experiment.epochs else 0,
        metrics={"best_epoch/epoch": progress.best_epoch},
        confusion_matrix=confusion_matrix(network, dataset.validation).tolist(),
    )
    return _tested(end, job, network, progress, dataset) if job.score_test else end


def _tested(end: End, job: Job, network: Network, progress: Progress, dataset: Dataset) -> End:
    """Add what the test set says about the network after the last and after the best epoch.

    The parameters of the network become those of the best epoch. Raise DivergenceError if a cost is
    not finite.
    """
    penalty = job.experiment.l2 / (2 * len(dataset.train))
    last = evaluate(network, dataset.test, penalty=penalty)
    network.parameters[:] = progress.best_parameters
    best = evaluate(network, dataset.test, penalty=penalty)
    if not math.isfinite(last.cost) or not math.isfinite(best.cost):
        raise DivergenceError(progress.epochs)
    return msgspec.structs.replace(
        end,
        metrics={
            "test/cost": last.cost,
            "test/loss": last.loss,
            "test/accuracy": last.accuracy,
            "test/constant_guess": constant_guess(dataset.train, dataset.test),
            **end.metrics,
            "best_epoch/test/cost": best.cost,
            "best_epoch/test/loss": best.loss,
            "best_epoch/test/accuracy": best.accuracy,
        },
        correct=pack_correct(last.correct),
        best_epoch_correct=pack_correct(best.correct),
    )


def recorded_dataset(job: Job, dataset: Dataset) -> RecordedDataset:
    """Return the part of a run's start about its data."""
    return RecordedDataset(
        name=job.experiment.dataset.name,
        root=job.experiment.dataset.root,
        sha256=dataset.sha256,
        train=len(dataset.train),
        validation=len(dataset.validation),
        test=len(dataset.test),
        classes=job.experiment.dataset.class_names(dataset.train.targets.shape[1]),
    )


def abandoned(job: Job) -> Iterator[str]:
    """Yield a message for each run of the same configuration with other code or data, if it waits.

    It waits if it is unfinished, or if its test set is closed and this job opens one. Changed code
    makes another run. A user who expects the old run to continue should know why it does not.
    """
    for folder in run_folders(job.outputs):
        if folder == job.folder or not (folder / CHECKPOINT).exists():
            continue
        with suppress(UserError, OSError):
            record = read_record(folder)
            if record is None or record.start.origin.config != job.origin.config:
                continue
            waiting = "" if record.final else "is unfinished"
            if job.opens_test(record):
                waiting = "has finished with its test set closed"
            if waiting:
                changed = "; ".join(differences(record.start.origin, job.origin))
                yield f"starts from the beginning: {folder.name} {waiting}, but {changed}"
