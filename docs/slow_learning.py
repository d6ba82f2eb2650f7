"""Make the figure and the tables of docs/backpropagation.md, section 6.

`.venv/bin/python docs/slow_learning.py` prints the tables and draws `docs/slow_learning.png`. The
numbers come from the network of this project: a single neuron that is trained here, and the
committed runs of the study `quadratic_vs_cross_entropy`.
"""

from dataclasses import dataclass

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from experiments import comparison, plotting, results
from experiments.configuration import PROJECT
from experiments.palette import COLOURS
from nn import SGD, CrossEntropyCost, LeCunNormal, Loss, Network, Output, QuadraticCost, Sigmoid

COSTS: dict[str, Loss] = {
    "quadratic": QuadraticCost(Output.sigmoid),
    "cross-entropy": CrossEntropyCost(Output.sigmoid),
}
STARTS = {"wrong": (0.6, 0.9), "certain and wrong": (2.0, 2.0)}
"""Weight and bias, those of Nielsen, ch. 3."""
RATE, EPOCHS = 0.15, 300
CONDITION = "784-30-10 sigmoid"
NAMES = {"ce": "cross-entropy", "mse": "quadratic"}


@dataclass
class Neuron:
    """The outputs of a neuron, and the derivatives of its cost by the weighted input, by epoch."""

    outputs: list[float]
    deltas: list[float]


def train(loss: Loss, start: tuple[float, float]) -> Neuron:
    """Train a neuron with the input 1 and the target 0."""
    network = Network(
        (1, 1),
        activation=Sigmoid(),
        loss=loss,
        initializer=LeCunNormal(0.0),
        rng=np.random.default_rng(0),
        dtype=np.float64,
    )
    network.parameters[:] = start
    optimizer = SGD(RATE)
    state = optimizer.init(network.parameters)
    inputs, targets = np.ones((1, 1)), np.zeros((1, 1))
    neuron = Neuron([], [])
    for _ in range(EPOCHS + 1):
        network.backward(inputs, targets)
        neuron.outputs.append(network.predict(inputs).item())
        neuron.deltas.append(network.bias_gradients[0].item())
        optimizer.step(network.parameters, network.gradient, state, RATE)
    return neuron


def neurons() -> dict[tuple[str, str], Neuron]:
    """Return a trained neuron for each cost and start."""
    return {
        (cost, start): train(loss, parameters)
        for start, parameters in STARTS.items()
        for cost, loss in COSTS.items()
    }


def history() -> pd.DataFrame:
    """Return the epochs of both costs on 784-30-10 with sigmoid outputs, at their best rates."""
    source = PROJECT / "notebooks" / "quadratic_vs_cross_entropy"
    tuned = comparison.tuned(comparison.named(results.runs(source), "loss"))
    epochs = comparison.named(results.history(source), "loss")
    shown = epochs["identity"].isin(tuned["identity"]) & (epochs["condition"] == CONDITION)
    return epochs[shown].assign(arm=epochs["arm"].map(NAMES))


def neuron_table(trained: dict[tuple[str, str], Neuron]) -> list[str]:
    """Return a table: the first output and delta of each neuron, and when it has learned."""
    lines = [
        "| start | cost | first output | first delta | epochs until the output is below 0.5 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for (cost, start), neuron in trained.items():
        below = next((i for i, a in enumerate(neuron.outputs) if a < 0.5), None)
        lines.append(
            f"| {start} | {cost} | {neuron.outputs[0]:.3f} | {neuron.deltas[0]:.3f} |"
            f" {f'more than {EPOCHS}' if below is None else below} |"
        )
    return lines


def run_table(epochs: pd.DataFrame) -> list[str]:
    """Return a table: errors and deltas of the outputs in the runs, as means over seeds."""
    lines = [
        "| cost | epoch | seeds | mean error | mean delta | delta / error |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    shown = epochs[epochs["epoch"].isin([1, 10])]
    means = shown.pivot_table("value", ["arm", "epoch"], "metric", observed=True)
    seeds = shown.groupby(["arm", "epoch"], observed=True)["identity"].nunique()
    for (arm, epoch), mean in means.iterrows():
        error, delta = mean["output/error"], mean["output/delta"]
        lines.append(
            f"| {arm} | {epoch} | {seeds[arm, epoch]} | {error:.4f} | {delta:.4f} |"
            f" {delta / error:.2f} |"
        )
    return lines


def draw_neurons(trained: dict[tuple[str, str], Neuron], axes: Axes) -> None:
    """Draw the output of each neuron in each epoch."""
    colours = dict(zip(reversed(COSTS), COLOURS, strict=False))
    for (cost, start), neuron in trained.items():
        style = "-" if start == "certain and wrong" else ":"
        axes.plot(
            neuron.outputs,
            style,
            color=colours[cost],
            label=f"{cost}, from {neuron.outputs[0]:.2f}",
        )
    axes.set(title="One neuron, target 0", xlabel="epoch", ylabel="output", ylim=(0, 1))
    axes.legend(loc="center", bbox_to_anchor=(0.46, 0.6), fontsize="small")


def main() -> None:
    """Print the tables and draw the figure."""
    mpl.use("agg")
    plotting.use_style()
    trained, epochs = neurons(), history()
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
    draw_neurons(trained, left)
    plotting.output_error(epochs, axes=right)
    right.set_title("784-30-10, sigmoid outputs, MNIST")
    sns.move_legend(right, "center left", bbox_to_anchor=(1, 0.5))
    figure.savefig(PROJECT / "docs" / "slow_learning.png", dpi=90)
    print(*neuron_table(trained), "", *run_table(epochs), sep="\n")


if __name__ == "__main__":
    main()
