"""The sweep with PyTorch: one network after the other, in a pool of two processes.

Usage: ``python -m benchmarks.verdict.pytorch_script --seeds N --epochs N --folder FOLDER``

A process has one thread and all images in memory. After each epoch it evaluates on the training and
the validation images and logs to MLflow.
"""

import mlflow
import torch

from benchmarks.speed.pytorch import layers, optimizer
from benchmarks.speed.workloads import dataset
from benchmarks.verdict.arms import Arm, arms
from benchmarks.verdict.script import Result, options, run_all
from experiments.examples import Split
from nn import QuadraticCost

torch.set_num_threads(1)
Tensors = tuple[torch.Tensor, torch.Tensor, torch.Tensor]


def train(arm: Arm, seed: int, epochs: int) -> list[Result]:
    """Train one network and log it; return its result."""
    workload = arm.workload
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    quadratic = isinstance(workload.loss, QuadraticCost)
    train, validation, test = (
        (images, targets if quadratic else labels, labels) for images, targets, labels in SPLITS
    )
    model = layers(workload, seed=seed)
    loss = torch.nn.MSELoss() if quadratic else torch.nn.CrossEntropyLoss()
    steps = optimizer(workload, model.parameters())
    with mlflow.start_run(run_name=f"{arm} seed={seed}"):
        rate = workload.optimizer.learning_rate
        parameters = {"loss": arm.loss, "optimizer": arm.optimizer, "learning_rate": rate}
        mlflow.log_params({**parameters, "seed": seed, "epochs": epochs})
        for epoch in range(1, epochs + 1):
            images, targets, _ = train
            for rows in torch.split(torch.randperm(len(images)), workload.batch_size):
                steps.zero_grad(set_to_none=True)
                loss(model(images.index_select(0, rows)), targets.index_select(0, rows)).backward()
                steps.step()
            metrics = evaluate(model, loss, train, "train")
            metrics |= evaluate(model, loss, validation, "validation")
            mlflow.log_metrics(metrics, step=epoch)
        metrics = evaluate(model, loss, test, "test")
        mlflow.log_metrics(metrics)
    return [Result(str(arm), seed, metrics["test/accuracy"])]


def tensors(split: Split) -> Tensors:
    """Return images ``[n, 784]``, targets ``[n, classes]`` and labels ``[n]``."""
    return torch.tensor(split.images), torch.tensor(split.targets), torch.tensor(split.labels)


def evaluate(
    model: torch.nn.Module, loss: torch.nn.Module, split: Tensors, name: str
) -> dict[str, float]:
    """Return loss and accuracy."""
    images, targets, labels = split
    with torch.no_grad():
        outputs = model(images)
        correct = (outputs.argmax(1) == labels).float().mean()
        return {f"{name}/loss": loss(outputs, targets).item(), f"{name}/accuracy": correct.item()}


if __name__ == "__main__":
    OPTIONS, DATA = options(), dataset()
    SPLITS = [
        *map(tensors, (DATA.train, DATA.validation, DATA.test))
    ]  # forked processes share them
    run_all(
        train,
        [(arm, seed, OPTIONS.epochs) for arm in arms() for seed in range(OPTIONS.seeds)],
        OPTIONS.folder,
        context="fork",
    )
