"""Verify a network: forward pass, cost, gradients, and steps of optimizers."""

import math
from collections.abc import Iterator

from experiments.verifying import by_hand, jax_network, optax_steps
from experiments.verifying.activation_slopes import activation_table
from experiments.verifying.certificate import certificate_table
from experiments.verifying.comparison import SAME, Columns, Comparison, Table
from experiments.verifying.cost_slopes import cost_table
from experiments.verifying.gradients import gradient_tables
from experiments.verifying.steps import steps_table
from experiments.verifying.subject import Subject
from nn import Activation

OURS, HAND, JAX, SINGLE = "ours", "by hand", "JAX", "single images"
OWN_ACTIVATION = """\
No reference knows the activation: by hand it is the class's own, of one number.
Its derivative is compared below."""
OWN_COST = """\
No reference knows this class. Only that its cost is a mean is checked here, and
its gradient below: another cost than the one that was meant is not noticed."""


def verify(subject: Subject) -> Iterator[Table]:
    """Yield the tables of a subject, each with its comparisons.

    They have what JAX computes, too, if it is installed and knows the activation and the cost.
    """
    network, batch = subject.network, subject.batch(0)
    theirs = None
    if jax_network.installed() and jax_network.knows(network.activation, network.loss):
        theirs = jax_network.compute(network, batch.images, batch.targets, penalty=subject.penalty)
    yield _outputs(subject, theirs)
    yield _cost(subject, theirs)
    if len(network.weights) > 1:
        yield activation_table(network.activation)
    elif not by_hand.knows(network.activation):
        yield _unused_activation(network.activation)
    yield cost_table(network.loss, network.sizes[-1])
    yield from gradient_tables(subject, None if theirs is None else theirs.gradient)
    yield certificate_table(subject.certificate)
    for name, optimizer in subject.optimizers.items():
        yield steps_table(subject, name, optimizer)


def missing_references() -> list[str]:
    """Return the packages that would compute the numbers once more, if they were installed."""
    references = {"JAX": jax_network.installed(), "optax": optax_steps.installed()}
    return [name for name, installed in references.items() if not installed]


def _outputs(subject: Subject, theirs: jax_network.Computed | None) -> Table:
    """Compare the output activations: of the first image by hand, of all images with JAX."""
    network, images = subject.network, subject.batch(0).images
    ours = network.predict(images)
    hand = by_hand.outputs(network.loss, by_hand.logits(network, images[0].tolist()))
    columns: Columns = {OURS: ours[0].tolist(), HAND: hand}
    comparisons = [Comparison.of(HAND, ours[0], hand, tolerance=SAME, total=ours.size)]
    if theirs is not None:
        columns[JAX] = theirs.outputs[0].tolist()
        comparisons.append(Comparison.of(JAX, ours, theirs.outputs, tolerance=SAME))
    about = f"for the first of {len(images)} images, of class {subject.examples.labels[0]}"
    labels = [f"class {number}" for number in range(ours.shape[1])]
    note = "" if by_hand.knows(network.activation) else OWN_ACTIVATION
    return Table("Outputs", about, labels, columns, comparisons, note)


def _cost(subject: Subject, theirs: jax_network.Computed | None) -> Table:
    """Compare the mean cost of the images."""
    network, batch = subject.network, subject.batch(0)
    ours = subject.cost()
    hand = by_hand.mean_cost(network, batch.images, batch.targets, penalty=subject.penalty)
    columns: Columns = {OURS: [ours]}
    comparisons = []
    for name, value in ((HAND, hand), (JAX, None if theirs is None else theirs.cost)):
        if value is not None:
            columns[name] = [value]
            comparisons.append(Comparison.of(name, ours, value, tolerance=SAME))
    note = ""
    if not comparisons:
        columns[SINGLE] = [single := _mean_of_single_images(subject)]
        comparisons = [Comparison.of(SINGLE, ours, single, tolerance=SAME, partial=True)]
        note = OWN_COST
    about = f"mean over {len(batch)} images, {type(network.loss).__name__}"
    if subject.penalty:
        about += f", and {subject.penalty:.2g} sum w^2"
    return Table("Cost", about, ["C"], columns, comparisons, note)


def _mean_of_single_images(subject: Subject) -> float:
    """Return the cost from that of each image alone: every cost is a mean."""
    network, batch = subject.network, subject.batch(0)
    z, y = network.logits(batch.images), batch.targets
    costs = [network.loss.value(z[i : i + 1], y[i : i + 1]) for i in range(len(batch))]
    return math.fsum(costs) / len(costs) + subject.penalty * by_hand.sum_of_squares(network)


def _unused_activation(activation: Activation) -> Table:
    """Return a table that says that nothing checks an activation, as no layer has it."""
    name, note = f"the activation {type(activation).__name__}", "The network has no hidden layer."
    return Table("Activation", "of no layer", [], {}, [], note, name)
