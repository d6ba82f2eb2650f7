"""The search that found conf/learning_rates.yaml: the same grid for every arm.

`python benchmarks/tune.py coarse` sweeps all activations, costs and optimizers over half decades,
on 10,000 images for 10 epochs. `fine` sweeps the four arms of the default sweep over quarter
decades, on all training images for 30 epochs. Both print for each arm the mean accuracy on the
validation set after the last epoch, by learning rate. A run that diverges counts as 0.1. After an
interruption the same command continues.
"""

import argparse
import itertools
import statistics
import subprocess
import sys
from collections import defaultdict

from experiments.configuration import CONF, PROJECT
from experiments.recording import Status, read_record, read_sweep, sweep_folders

OUTPUTS = PROJECT / "outputs" / "tuning"
GUESSING = 0.1
STEEP = [0.01, 0.03, 0.1, 0.3, 1, 3, 10]
ADAPTIVE = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03]
COARSE = {
    "sgd": STEEP,
    **{name: [rate / 10 for rate in STEEP] for name in ("momentum", "nesterov")},
    **dict.fromkeys(("rmsprop", "adam", "adamw"), ADAPTIVE),
}
FINE = {
    ("mse", "sgd"): [0.3, 0.56, 1, 1.8, 3],
    ("ce", "sgd"): [0.03, 0.056, 0.1, 0.18, 0.3],
    ("mse", "adam"): [0.0001, 0.00018, 0.0003, 0.00056, 0.001, 0.0018, 0.003],
    ("ce", "adam"): [0.0001, 0.00018, 0.0003, 0.00056, 0.001, 0.0018, 0.003],
}

Arm = tuple[str, ...]


def sweep(overrides: list[str], rates: list[float], seeds: int) -> dict[tuple[Arm, float], float]:
    """Run one sweep; return the mean accuracy by activation, loss and optimizer, and by rate."""
    listed = ",".join(f"{rate:.6g}" for rate in rates)
    overrides = [*overrides, f"optimizer.learning_rate={listed}", f"seed=range({seeds})"]
    overrides += ["tracking=none", f"outputs={OUTPUTS}"]
    command = [sys.executable, str(PROJECT / "run.py"), "-m", *overrides]
    subprocess.run(command, check=True, stdout=sys.stderr)
    accuracies: dict[tuple[Arm, float], list[float]] = defaultdict(list)
    for folder in sweep_folders(OUTPUTS):
        record = read_sweep(folder)
        if record is None or record.overrides != overrides:
            continue
        for run in map(read_record, record.folders(folder)):
            if run is not None:
                choices = run.start.choices
                arm = tuple(choices[group] for group in ("activation", "loss", "optimizer"))
                finished = run.status is Status.FINISHED
                last = run.epochs[-1].metrics["validation/accuracy"] if finished else GUESSING
                accuracies[arm, run.start.config.optimizer["learning_rate"]].append(last)
    return {key: statistics.mean(values) for key, values in accuracies.items()}


def coarse() -> dict[tuple[Arm, float], float]:
    """Return the mean accuracies of every activation, cost and optimizer."""
    activations = ",".join(sorted(path.stem for path in (CONF / "activation").iterdir()))
    shared = [f"activation={activations}", "loss=mse,ce", "dataset.train_size=10000", "epochs=10"]
    results: dict[tuple[Arm, float], float] = {}
    for optimizer, rates in COARSE.items():
        results |= sweep([*shared, f"optimizer={optimizer}"], rates, seeds=2)
    return results


def fine() -> dict[tuple[Arm, float], float]:
    """Return the mean accuracies of the four arms of the default sweep."""
    results: dict[tuple[Arm, float], float] = {}
    for (loss, optimizer), rates in FINE.items():
        results |= sweep([f"loss={loss}", f"optimizer={optimizer}"], rates, seeds=3)
    return results


def report(results: dict[tuple[Arm, float], float]) -> str:
    """Return a Markdown table with a row per arm: the best rate, then accuracies in per cent.

    A best rate at the edge of the grid is marked, because a better one may lie outside.
    """
    lines = ["| activation | loss | optimizer | best | accuracy (%) by learning rate |"]
    lines.append("| --- | --- | --- | --- | --- |")
    for arm, group in itertools.groupby(sorted(results), key=lambda key: key[0]):
        rates = [rate for _, rate in group]
        best = max(rates, key=lambda rate: results[arm, rate])
        edge = " (edge)" if best in (rates[0], rates[-1]) else ""
        cells = ", ".join(f"{rate:g}: {100 * results[arm, rate]:.2f}" for rate in rates)
        lines.append(f"| {' | '.join(arm)} | {best:g}{edge} | {cells} |")
    return "\n".join(lines)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("search", choices=("coarse", "fine"))
    print(report({"coarse": coarse, "fine": fine}[parser.parse_args().search]()))
