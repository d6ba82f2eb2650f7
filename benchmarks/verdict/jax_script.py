"""The sweep with JAX: `vmap` over the seeds of an arm, and each epoch one compiled `scan`.

Usage: ``python -m benchmarks.verdict.jax_script --seeds N --epochs N --folder FOLDER``

Two processes do two arms each. After each epoch all networks are evaluated on the training and the
validation images, and logged to MLflow.
"""

import os

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
os.environ["NPROC"] = "1"  # one thread per process; both before JAX is imported
os.environ["JAX_PLATFORMS"] = "cpu"

from functools import partial
from time import time

import jax
import jax.numpy as jnp
import mlflow
import numpy as np
from mlflow.entities import Metric, Param

from benchmarks.speed import jax_scan
from benchmarks.speed.workloads import dataset
from benchmarks.verdict.arms import Arm, arms
from benchmarks.verdict.script import EXPERIMENT, Result, options, run_all
from experiments.examples import Split


def train(arm: Arm, seeds: int, epochs: int) -> list[Result]:
    """Train the networks of all seeds and log them; return their results."""
    workload, data = arm.workload, dataset()
    splits = {"train": data.train, "validation": data.validation, "test": data.test}
    device = {name: arrays(split) for name, split in splits.items()}
    states = [jax_scan.initial(workload, seed) for seed in range(seeds)]
    state = jax.tree.map(lambda *leaves: jnp.stack(leaves), *states)
    epoch = jax.jit(
        jax.vmap(jax_scan.epoch(workload), in_axes=(0, 0, None, None)), donate_argnums=0
    )
    evaluate = jax.jit(jax.vmap(partial(scores, arm), in_axes=(0, None, None, None)))
    rngs = [np.random.default_rng(1 + seed) for seed in range(seeds)]
    runs = [start(arm, seed, epochs) for seed in range(seeds)]
    for number in range(1, epochs + 1):
        orders = np.stack([rng.permutation(len(data.train)).astype(np.int32) for rng in rngs])
        state = epoch(state, orders, *device["train"][:2])
        names = ("train", "validation")
        log(runs, number, {name: evaluate(state[0], *device[name]) for name in names})
    last = evaluate(state[0], *device["test"])
    log(runs, 0, {"test": last})
    for run in runs:
        mlflow.MlflowClient().set_terminated(run)
    return [Result(str(arm), seed, float(each)) for seed, each in enumerate(last[1])]


def arrays(split: Split) -> tuple[jax.Array, ...]:
    """Return images ``[n, 784]``, targets ``[n, classes]`` and labels ``[n]``."""
    return tuple(map(jnp.asarray, (split.images, split.targets, split.labels)))


def scores(
    arm: Arm,
    parameters: jax_scan.Parameters,
    images: jax.Array,
    targets: jax.Array,
    labels: jax.Array,
) -> list[jax.Array]:
    """Return the loss and the accuracy of one network."""
    outputs = jax_scan.logits(arm.workload, parameters, images)
    loss = jax_scan.cost(arm.workload, parameters, images, targets)
    return [loss, jnp.mean(outputs.argmax(1) == labels)]


def start(arm: Arm, seed: int, epochs: int) -> str:
    """Start a run in MLflow, log its parameters, and return its id."""
    client, experiment = mlflow.MlflowClient(), mlflow.set_experiment(EXPERIMENT)
    name = f"{arm} seed={seed}"
    run: str = client.create_run(experiment.experiment_id, run_name=name).info.run_id
    rate = arm.workload.optimizer.learning_rate
    parameters = {"loss": arm.loss, "optimizer": arm.optimizer, "learning_rate": rate}
    parameters |= {"seed": seed, "epochs": epochs}
    client.log_batch(run, params=[Param(key, str(each)) for key, each in parameters.items()])
    return run


def log(runs: list[str], epoch: int, values: dict[str, list[jax.Array]]) -> None:
    """Log loss and accuracy ``[seeds]`` of all networks on some images, in one call for a run."""
    client, now = mlflow.MlflowClient(), int(1000 * time())
    columns = {
        f"{name}/{metric}": np.asarray(each)
        for name, both in values.items()
        for metric, each in zip(("loss", "accuracy"), both, strict=True)
    }
    for number, run in enumerate(runs):
        metrics = [Metric(key, float(c[number]), now, epoch) for key, c in columns.items()]
        client.log_batch(run, metrics)


if __name__ == "__main__":
    OPTIONS = options()
    run_all(
        train,
        [(arm, OPTIONS.seeds, OPTIONS.epochs) for arm in arms()],
        OPTIONS.folder,
        context="spawn",  # JAX has threads, so its process must not be forked
    )
