"""One run in this process: data, network, training, journal, checkpoints."""

import json
import math
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from omegaconf import DictConfig

from experiments.configuration.config import Experiment, build, choices, plain
from experiments.configuration.naming import run_name
from experiments.data.dataset import Dataset, describe
from experiments.errors import CheckpointError, StorageError, UserError
from experiments.interruption import Interrupted, Interruption
from experiments.recording import atomic
from experiments.recording import weights as snapshots
from experiments.recording.journal import Journal
from experiments.recording.record import GOES_ON, NETWORK, RUNS, Record, ending, read
from experiments.running import checkpoint
from experiments.running.environment import environment
from experiments.running.identity import Origin, differences, identity, origin, processor
from experiments.training.train import (
    CLOCK,
    DivergenceError,
    Progress,
    begin,
    confusion_matrix,
    evaluate,
    train,
)
from nn import Network

Listener = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Job:
    """A run to be done: what it is called, what it is, and where it is recorded."""

    name: str
    overrides: Sequence[str]
    choices: Mapping[str, str]
    config: Mapping[str, Any]  # resolved, as it is recorded
    experiment: Experiment
    origin: Origin
    outputs: Path
    checkpoint_every: int
    record_weights: Sequence[int] = ()
    plan: bool = False
    retry: bool = False
    rerun: bool = False

    @classmethod
    def of(cls, config: DictConfig, hydra: DictConfig, name: str = "") -> "Job":
        """Return the run that a composed configuration describes, checked.

        ``hydra`` is Hydra's own node of it. Without a ``name`` it gets that of a run on its own.
        Raises ConfigError or DataError.
        """
        experiment = build(config)
        overrides = list(hydra.overrides.task)
        chosen = choices(hydra)
        return cls(
            name=name or run_name(experiment.sizes, chosen, overrides),
            overrides=overrides,
            choices=chosen,
            config=plain(config),
            experiment=experiment,
            origin=origin(experiment),
            outputs=Path(config.outputs).absolute(),
            checkpoint_every=config.checkpoint_every,
            record_weights=tuple(config.record_weights),
            plan=config.plan,
            retry=config.retry,
            rerun=config.rerun,
        )

    @property
    def identity(self) -> str:
        """The name that it shares with every run of the same numbers."""
        return identity(self.origin)

    @property
    def folder(self) -> Path:
        """Where it is recorded."""
        return self.outputs / RUNS / self.identity

    def settled(self, record: Record | None) -> bool:
        """Whether it is not to be done, given its record: it ended for good, or failed before."""
        if self.rerun or record is None or not record.end:
            return False
        return record.final or (record.status == "failed" and not self.retry)

    def settled_before(self) -> bool:
        """Whether its journal, if that can be read, says that it is not to be done."""
        with suppress(UserError):
            return self.settled(read(self.folder))
        return False

    def start(self) -> dict[str, Any]:
        """Return the fields of the `start` event that are known before the data are loaded."""
        return {
            "id": uuid.uuid4().hex,
            "identity": self.identity,
            "origin": self.origin,
            "name": self.name,
            "overrides": list(self.overrides),
            "choices": self.choices,
            "config": self.config,
            "environment": environment(),
        }


class _Run:
    """A run under way: what its steps share."""

    def __init__(
        self, job: Job, journal: Journal, listeners: Sequence[Listener], interruption: Interruption
    ) -> None:
        self.job = job
        self.journal = journal
        self.listeners = listeners
        self.interruption = interruption
        self.record = Record.of(journal.events, journal.path)
        self.origin = {**job.origin, "processor": processor()}
        self.begun = time.perf_counter() - self.record.seconds
        self.unsaved = ""  # why the last checkpoint could not be written

    def write(self, event: str, fields: Mapping[str, Any]) -> None:
        """Record an event; then the listeners hear of it."""
        written = self.journal.append(event, fields)
        self.record.add(written, self.journal.path)
        for listener in self.listeners:
            listener(written)

    def elapsed(self) -> float:
        """Seconds of work so far, over all processes that have worked on the run."""
        return time.perf_counter() - self.begun

    def train(self) -> dict[str, Any]:
        """Train, or go on training; return the fields of `end`. Raises what ends it otherwise."""
        experiment = self.job.experiment
        dataset = experiment.dataset.load(experiment.dtype)
        resuming = bool(self.record.start)
        if not resuming:
            about_data = describe(experiment.dataset, dataset)
            self.write("start", {**self.job.start(), "dataset": about_data})
            for message in left_behind(self.job):
                self.write("note", {"message": message})
        network, progress = begin(experiment)
        if resuming:
            self._resume(network, progress)
        if progress.epochs == 0 and progress.batches == 0:
            self._record_weights(0, network)
        for metrics in train(
            network,
            dataset,
            optimizer=experiment.optimizer,
            schedule=experiment.schedule,
            epochs=experiment.epochs,
            batch_size=experiment.batch_size,
            l2=experiment.l2,
            progress=progress,
            stop=self.interruption.requested,
        ):
            self._record_epoch(metrics.epoch, metrics.by_name())
            self._record_weights(metrics.epoch, network)
            if metrics.epoch % self.job.checkpoint_every == 0:
                self._checkpoint(network, progress)
        if progress.epochs < experiment.epochs:
            self._checkpoint(network, progress)
            raise Interrupted(self.interruption.signum or 0)
        return self._finish(network, progress, dataset)

    def _resume(self, network: Network, progress: Progress) -> None:
        done = len(self.record.epochs)
        saved, remark = checkpoint.load(self.job.folder, self.origin, epochs=done)
        if saved:
            saved.restore(network, progress)
        self.write(
            "resume",
            {
                "epoch": progress.epochs,
                "batches": progress.batches,
                "remark": remark,
                "environment": environment(),
            },
        )

    def _record_epoch(self, epoch: int, metrics: Mapping[str, float]) -> None:
        """Record an epoch; or, if it was recorded before an interruption, compare the two."""
        if epoch > len(self.record.epochs):
            self.write("epoch", {"epoch": epoch, "metrics": metrics, "elapsed": self.elapsed()})
            return
        before = self.record.epochs[epoch - 1]["metrics"]
        differing = [name for name in before if name not in CLOCK and before[name] != metrics[name]]
        if differing:
            raise UserError(
                f"{self.journal.path}: epoch {epoch} comes out otherwise than it is recorded"
                f" ({', '.join(differing)}): rerun=true starts the run over"
            )

    def _record_weights(self, epoch: int, network: Network) -> None:
        if epoch in self.job.record_weights:
            snapshots.save(self.job.folder, epoch, network.weights[0])

    def _checkpoint(self, network: Network, progress: Progress) -> None:
        """Write a checkpoint; a run goes on without, but says so."""
        try:
            checkpoint.save(self.job.folder, network, progress, self.origin)
        except OSError as error:
            if self.unsaved != str(error):
                self.unsaved = str(error)
                self.write("note", {"message": f"no checkpoint could be written: {error}"})

    def _finish(self, network: Network, progress: Progress, dataset: Dataset) -> dict[str, Any]:
        """Save the weights and score the test set: at the last epoch, and at the one chosen."""
        experiment = self.job.experiment
        penalty = experiment.l2 / (2 * len(dataset.train))
        save_network(network, self.job.config, self.job.folder / NETWORK)
        test = evaluate(network, dataset.test, penalty=penalty)
        confusion = confusion_matrix(network, dataset.validation).tolist()
        network.parameters[:] = progress.chosen
        chosen = evaluate(network, dataset.test, penalty=penalty)
        if not math.isfinite(test.cost) or not math.isfinite(chosen.cost):
            raise DivergenceError(experiment.epochs)
        return {
            "status": "finished",
            "metrics": {
                "test/cost": test.cost,
                "test/accuracy": test.accuracy,
                "test/chosen/cost": chosen.cost,
                "test/chosen/accuracy": chosen.accuracy,
                "test/chosen/epoch": progress.chosen_epoch,
            },
            "confusion_matrix": confusion,
        }

    def stopped(self, error: BaseException) -> str:
        """Return why and where the run stopped."""
        reason = str(error) or "SIGINT"
        return f"stopped by {reason} after epoch {len(self.record.epochs)}"


def run(
    job: Job,
    *,
    listeners: Sequence[Listener],
    interruption: Interruption,
    say: Callable[[str], None],
) -> Record:
    """Do a run, or what is left of it, and return its record, old and new.

    Each event is in the journal before a listener hears of it. A divergence is an outcome, not an
    error. While another process does the same run, this one waits, and says so.

    Raises UserError, with nothing recorded, if the data are unfit, the run failed before or its
    checkpoint is another's, and after recording it if the folder cannot be written or the journal
    contradicts the run; `Interrupted`, after a checkpoint; any other error after recording it.
    """

    def waiting() -> None:
        say(f"{job.name}: another process is doing this run; waiting for it")

    with Journal(job.folder, waiting=waiting, aside=job.rerun) as journal:
        doing = _Run(job, journal, listeners, interruption)
        if job.settled(doing.record):
            _say_settled(job, doing.record, say)
        else:
            with interruption.deferred():
                _do(doing)
        if doing.record.final:
            checkpoint.remove(job.folder)
        return doing.record


def _say_settled(job: Job, record: Record, say: Callable[[str], None]) -> None:
    """Say that nothing is to be done. Raises UserError if that is because it failed before."""
    words = f"{job.name}: done before; {ending(record.end)}"
    if record.status == "failed":
        raise UserError(f"{words} (retry=true tries again)")
    say(f"{words} (rerun=true does it again)")


def _do(doing: _Run) -> None:
    """Do a run and record how it ended."""
    failure: BaseException | None = None
    try:
        ending = doing.train()
    except DivergenceError as error:
        ending = {"status": "diverged", "message": str(error)}
    except KeyboardInterrupt as error:
        ending, failure = {"status": "interrupted", "message": doing.stopped(error)}, error
    except StorageError as error:
        ending, failure = {"status": "interrupted", "message": str(error)}, error
    except OSError as error:
        message = doing.stopped(error)
        words = f"{message}; what was recorded before is safe{GOES_ON}"
        failure = StorageError(doing.journal.lost or words)
        ending = {"status": "interrupted", "message": message}
    except CheckpointError:
        raise  # where it was made, the run can still go on
    except BaseException as error:
        if not doing.record.start:
            raise
        ending = {"status": "failed", "message": _words(error)}
        if not isinstance(error, UserError):
            ending["traceback"] = traceback.format_exc()
        failure = error
    with suppress(OSError, UserError) if failure else nullcontext():
        doing.write("end", {**ending, "elapsed": doing.elapsed()})
    if failure:
        raise failure


def left_behind(job: Job) -> Iterator[str]:
    """Yield a line for each unfinished run of the same configuration by other code or data.

    A change of code makes another run of it; whoever expected it to go on should know why not.
    """
    for path in (job.outputs / RUNS).glob(f"*/{checkpoint.CHECKPOINT}"):
        with suppress(UserError, OSError):
            record = read(path.parent)
            before = record.start["origin"] if record else {}
            if path.parent != job.folder and before.get("config") == job.origin["config"]:
                changed = "; ".join(differences(before, job.origin))
                yield f"begins anew; {path.parent.name} was begun, but {changed}"


def _words(error: BaseException) -> str:
    """Return what an error says, and of one that is not meant for the user its type, too."""
    if isinstance(error, UserError):
        return str(error)
    return "".join(traceback.format_exception_only(error)).strip()


def save_network(network: Network, config: Mapping[str, Any], path: Path) -> None:
    """Save the parameters and what they mean, for `experiments.mirror.pyfunc_model`."""
    description = {
        "sizes": network.sizes,
        "activation": config["activation"],
        "loss": config["loss"],
    }
    buffer = BytesIO()
    np.savez(buffer, parameters=network.parameters, description=np.array(json.dumps(description)))
    atomic.write(path, buffer.getvalue())
