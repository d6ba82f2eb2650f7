"""The chapter about a trained network: its mistakes, its first weights, what it confuses."""

from collections.abc import Iterator, Sequence

import pandas as pd

from experiments import results
from experiments.charts import confusion
from experiments.comparison import examples, title
from experiments.errors import UserError
from experiments.recording import Status
from experiments.report.arms_table import crossed_arms
from experiments.report.blocks import Block, Chapter, Chart, Paragraph, Picture, Pictures
from experiments.report.pixels import grey, red_and_blue
from experiments.report.subject import Subject
from experiments.results import Predictions
from nn.arrays import Array

MISTAKES = 12
NEURONS = 10


def networks(subject: Subject, groups: Sequence[str]) -> Chapter | None:
    """Return the chapter about one network; None if none was kept, or if no image is there."""
    for run in _examples(crossed_arms(subject, groups), subject.metric):
        try:
            predictions = results.predictions(subject.source, run)
            weights = results.network(subject.source, run).weights[0]
        except (UserError, OSError):
            continue
        return _chapter(title(run), predictions, weights)
    return None


def _chapter(name: str, predictions: Predictions, weights: Array) -> Chapter:
    blocks = [
        Paragraph(f"One of the trained networks, {name}, on the validation set."),
        *_mistakes(predictions),
        Chart(confusion(predictions.table, name)),
        *_weights(weights),
    ]
    return Chapter("networks", "A trained network", blocks)


def _examples(arms: pd.DataFrame, metric: str) -> list[pd.Series]:
    """Return a finished run of each arm, the one with the highest accuracy first."""
    if not (arms["status"] == Status.FINISHED.value).any():
        return []
    found = examples(arms).sort_values(metric, ascending=False)
    return [run for _, run in found.iterrows()]


def _mistakes(predictions: Predictions) -> Iterator[Block]:
    """Yield the images of which the network was most wrong."""
    table = predictions.table
    worst = table[~table["correct"]].nsmallest(MISTAKES, "output_of_label")
    if worst.empty:
        yield Paragraph("No validation image is classified wrongly.")
        return
    items = [
        Picture(grey(predictions.images[int(str(place))]), _words(row))
        for place, row in worst.iterrows()
    ]
    yield Pictures(
        "The worst mistakes",
        f"The {len(items)} images whose true label got the lowest output of the network, of"
        f" {int((~table['correct']).sum()):,} that are wrong among {len(table):,}.",
        items,
    )


def _words(row: pd.Series) -> str:
    """Return the label of an image, the prediction, and the outputs of both."""
    return (
        f"{row['label']}, taken for {row['predicted']}: {row['output']:.2f} for"
        f" {row['predicted']}, {row['output_of_label']:.2g} for {row['label']}"
    )


def _weights(weights: Array) -> Iterator[Block]:
    """Yield the weights into the first hidden neurons, if the inputs are square images."""
    try:
        images = results.square_images(weights.T[:NEURONS])
    except UserError:
        return
    items = [Picture(red_and_blue(image), f"neuron {n}") for n, image in enumerate(images, 1)]
    yield Pictures(
        f"Weights into the first {len(items)} hidden neurons",
        "Ink in a red place excites the neuron, ink in a blue place inhibits it. Each neuron has a"
        " scale of its own.",
        items,
    )
