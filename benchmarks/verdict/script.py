"""The frame of the scripts with PyTorch and JAX: options, a pool of two processes, the results."""

import argparse
import multiprocessing
import os
import statistics
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
import msgspec

PROCESSES = 2
RESULTS = "results.json"
EXPERIMENT = "verdict"


@dataclass(frozen=True)
class Result:
    """The accuracy of a network on the test images, after its last epoch."""

    arm: str
    seed: int
    accuracy: float


def options() -> argparse.Namespace:
    """Return the options of a script: seeds, epochs, and the folder of all results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    return parser.parse_args()


def run_all(
    work: Callable[..., list[Result]],
    tasks: Sequence[tuple[Any, ...]],
    folder: Path,
    *,
    context: str,
) -> None:
    """Do ``work(*task)`` for all tasks in two processes; print and write the results.

    ``context`` says how the processes are started: `fork` or `spawn`.
    """
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{folder.absolute()}/mlflow.db"
    start_method: Any = multiprocessing.get_context(context)
    with ProcessPoolExecutor(
        PROCESSES, start_method, initializer=open_store, initargs=(start_method.Lock(),)
    ) as pool:
        futures = [pool.submit(work, *task) for task in tasks]
        results = [result for future in futures for result in future.result()]
    (folder / RESULTS).write_bytes(msgspec.json.encode(results))
    for arm in dict.fromkeys(each.arm for each in results):
        values = [each.accuracy for each in results if each.arm == arm]
        print(f"{arm:10}{statistics.mean(values):.2%} +- {statistics.stdev(values):.2%}")


def open_store(lock: Any) -> None:
    """Choose the experiment; the first process makes the store, and the other waits for it."""
    with lock:
        mlflow.set_experiment(EXPERIMENT)


def read_results(folder: Path) -> list[Result]:
    """Return the results that a script has written."""
    results: list[Result] = msgspec.json.decode((folder / RESULTS).read_bytes(), type=list[Result])
    return results
