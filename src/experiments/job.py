"""One run in this process: data, network, training, journal."""

import json
import math
import signal
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import numpy as np
from omegaconf import DictConfig

from experiments.config import Experiment, build, plain
from experiments.data import Dataset, describe
from experiments.environment import environment
from experiments.journal import NETWORK, Journal
from experiments.train import DivergenceError, confusion_matrix, evaluate, train
from nn import Network

Listener = Callable[[Mapping[str, Any]], None]


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """One of `SIGNALS`: the run ends, and says so in its journal."""

    def __init__(self, signum: int) -> None:
        super().__init__(signal.Signals(signum).name)
        self.exit_code = 128 + signum


def interruptible() -> None:
    """Let the first of `SIGNALS` raise `Interrupted`; after it only Ctrl-C has an effect."""

    def interrupt(signum: int, _frame: FrameType | None) -> NoReturn:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        raise Interrupted(signum)

    for each in SIGNALS:
        signal.signal(each, interrupt)


def run(
    config: DictConfig,
    folder: Path,
    *,
    identity: Mapping[str, Any],
    listeners: list[Listener],
) -> Mapping[str, Any]:
    """Train what ``config`` describes, recording it in ``folder``; return the `end` event.

    ``identity`` goes into the `start` event: the run's id, name, choices and overrides.
    Each event is in the journal before a listener hears of it. A divergence is an outcome, not an
    error.

    Raises UserError, before anything is recorded, if the configuration or the data are unfit; any
    other error, and `Interrupted`, after recording it.
    """
    experiment = build(config)
    dataset = experiment.dataset.load(experiment.dtype)
    journal = Journal(folder)

    def record(event: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
        written = journal.append(event, fields)
        for listener in listeners:
            listener(written)
        return written

    started = time.perf_counter()
    ending: dict[str, Any] = {}
    try:
        record(
            "start",
            {
                **start(config, identity),
                "dataset": describe(experiment.dataset, dataset),
            },
        )
        ending = _train(experiment, dataset, config, folder, record)
    except DivergenceError as error:
        ending = {"status": "diverged", "message": str(error)}
    except KeyboardInterrupt as error:
        ending = {"status": "killed", "message": f"stopped by {error or 'SIGINT'}"}
        raise
    except BaseException as error:
        message = "".join(traceback.format_exception_only(error)).strip()
        ending = {"status": "failed", "message": message, "traceback": traceback.format_exc()}
        raise
    finally:
        end = record("end", {**ending, "seconds": time.perf_counter() - started})
        journal.close()
    return end


def start(config: DictConfig, identity: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a `start` event that are known before the data are loaded."""
    return {**identity, "config": plain(config), "environment": environment()}


def _train(
    experiment: Experiment,
    dataset: Dataset,
    config: DictConfig,
    folder: Path,
    record: Callable[[str, Mapping[str, Any]], Mapping[str, Any]],
) -> dict[str, Any]:
    """Train, save the weights and score the test set, once; return the fields of `end`."""
    initialisation, order = np.random.SeedSequence(experiment.seed).spawn(2)
    network = Network(
        experiment.sizes,
        activation=experiment.activation,
        loss=experiment.loss,
        initializer=experiment.initializer,
        rng=np.random.default_rng(initialisation),
        dtype=experiment.dtype,
    )
    for metrics in train(
        network,
        dataset,
        optimizer=experiment.optimizer,
        schedule=experiment.schedule,
        epochs=experiment.epochs,
        batch_size=experiment.batch_size,
        l2=experiment.l2,
        rng=np.random.default_rng(order),
    ):
        record("epoch", {"epoch": metrics.epoch, "metrics": metrics.by_name()})
    _save(network, config, folder / NETWORK)
    penalty = experiment.l2 / (2 * len(dataset.train))
    test = evaluate(network, dataset.test, penalty=penalty)
    if not math.isfinite(test.cost):
        raise DivergenceError(experiment.epochs)
    return {
        "status": "finished",
        "metrics": {"test/cost": test.cost, "test/accuracy": test.accuracy},
        "confusion_matrix": confusion_matrix(network, dataset.validation).tolist(),
    }


def _save(network: Network, config: DictConfig, path: Path) -> None:
    """Save the parameters and what they mean, for `experiments.pyfunc_model`."""
    described = plain(config)
    description = {
        "sizes": network.sizes,
        "activation": described["activation"],
        "loss": described["loss"],
    }
    np.savez(path, parameters=network.parameters, description=np.array(json.dumps(description)))
