"""The default run without its harness: the loop of training and evaluation, and nothing else.

Usage: ``python -m benchmarks.bare --epochs N --seeds N``

It reads the data, and trains one network for each seed, one after the other. It has no Hydra,
journal, checkpoint or MLflow. `benchmarks.overhead` compares its seconds with those of `run.py`.
"""

import experiments.startup  # noqa: F401, I001 - before NumPy
import argparse

import numpy as np

from benchmarks.speed.workloads import dataset
from experiments.training import initialise, train
from nn import SGD, Constant, LeCunNormal, Output, QuadraticCost, Sigmoid

LEARNING_RATE = 1.0
OVERRIDES = (
    "architecture=784-30-10",
    "activation=sigmoid",
    "loss=mse",
    "optimizer=sgd",
    f"optimizer.learning_rate={LEARNING_RATE}",
    "batch_size=10",
)
"""The same run for `run.py`."""


def main() -> None:
    """Train, and print the final validation accuracy of each network."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seeds", type=int, required=True)
    options = parser.parse_args()
    data, optimizer = dataset(), SGD(LEARNING_RATE)
    for seed in range(options.seeds):
        network, progress = initialise(
            sizes=(784, 30, 10),
            activation=Sigmoid(),
            loss=QuadraticCost(Output.sigmoid),
            initializer=LeCunNormal(0.0),
            optimizer=optimizer,
            seed=seed,
            dtype=np.float32,
        )
        *_, last = train(
            network,
            data,
            optimizer=optimizer,
            schedule=Constant(),
            epochs=options.epochs,
            batch_size=10,
            l2=0.0,
            progress=progress,
        )
        print(f"{last.validation.accuracy:.2%}")


if __name__ == "__main__":
    main()
