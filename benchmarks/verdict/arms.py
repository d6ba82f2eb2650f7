"""The four arms of the sweep, as the scripts with PyTorch and JAX train them."""

from dataclasses import dataclass

from omegaconf import OmegaConf

from benchmarks.speed.workloads import Workload
from experiments.configuration import CONF
from nn import SGD, Adam, CrossEntropyCost, Output, QuadraticCost, Sigmoid


@dataclass(frozen=True)
class Arm:
    """A cost and an optimizer, by their names in conf/, and the training that they stand for."""

    loss: str
    optimizer: str
    workload: Workload

    def __str__(self) -> str:
        return f"{self.loss} {self.optimizer}"


def arms() -> list[Arm]:
    """Return all arms, with the learning rates of conf/learning_rates.yaml."""
    rates = OmegaConf.load(CONF / "learning_rates.yaml").learning_rates.sigmoid
    return [
        Arm(loss, optimizer, workload(loss, optimizer, rates[loss][optimizer]))
        for loss in ("mse", "ce")
        for optimizer in ("sgd", "adam")
    ]


def workload(loss: str, optimizer: str, rate: float) -> Workload:
    """Return a training of the default network, 784-30-10 with sigmoid neurons."""
    return Workload(
        (784, 30, 10),
        Sigmoid(),
        QuadraticCost(Output.sigmoid) if loss == "mse" else CrossEntropyCost(Output.softmax),
        SGD(rate) if optimizer == "sgd" else Adam(rate, beta1=0.9, beta2=0.999, epsilon=1e-8),
        batch_size=10,
        images=50_000,
        sklearn_rate=rate,
    )
