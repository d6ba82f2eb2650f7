"""Verify a network: forward pass, cost, gradients, and steps of optimizers."""

from collections.abc import Iterator

from experiments.verifying import by_hand, jax_network, optax_steps
from experiments.verifying.comparison import SAME, Columns, Comparison, Table
from experiments.verifying.gradients import gradient_tables
from experiments.verifying.steps import steps_table
from experiments.verifying.subject import Subject

OURS, HAND, JAX = "ours", "by hand", "JAX"


def verify(subject: Subject) -> Iterator[Table]:
    """Yield the tables of a subject, each with its comparisons.

    They have what JAX computes, too, if it is installed and knows the activation and the cost.
    """
    network, (images, targets) = subject.network, subject.batch(0)
    theirs = None
    if jax_network.installed() and jax_network.knows(network.activation, network.loss):
        theirs = jax_network.compute(network, images, targets)
    yield _outputs(subject, theirs)
    yield _cost(subject, theirs)
    yield from gradient_tables(subject, None if theirs is None else theirs.gradient)
    for name, optimizer in subject.optimizers.items():
        yield steps_table(subject, name, optimizer)


def missing_references() -> list[str]:
    """Return the packages that would compute the numbers once more, if they were installed."""
    references = {"JAX": jax_network.installed(), "optax": optax_steps.installed()}
    return [name for name, installed in references.items() if not installed]


def _outputs(subject: Subject, theirs: jax_network.Computed | None) -> Table:
    """Compare the output activations: of the first image by hand, of all images with JAX."""
    network, (images, _) = subject.network, subject.batch(0)
    ours = network.predict(images)
    hand = by_hand.outputs(network.loss, by_hand.logits(network, images[0].tolist()))
    columns: Columns = {OURS: ours[0].tolist(), HAND: hand}
    comparisons = [Comparison.of(HAND, ours[0], hand, tolerance=SAME, total=ours.size)]
    if theirs is not None:
        columns[JAX] = theirs.outputs[0].tolist()
        comparisons.append(Comparison.of(JAX, ours, theirs.outputs, tolerance=SAME))
    about = f"for the first of {len(images)} images, of class {subject.examples.labels[0]}"
    labels = [f"class {number}" for number in range(ours.shape[1])]
    return Table("Outputs", about, labels, columns, comparisons)


def _cost(subject: Subject, theirs: jax_network.Computed | None) -> Table:
    """Compare the mean cost of the images."""
    network, (images, targets) = subject.network, subject.batch(0)
    ours = network.loss.value(network.logits(images), targets)
    hand = by_hand.mean_cost(network, images, targets)
    columns: Columns = {OURS: [ours]}
    comparisons = []
    for name, value in ((HAND, hand), (JAX, None if theirs is None else theirs.cost)):
        if value is not None:
            columns[name] = [value]
            comparisons.append(Comparison.of(name, ours, value, tolerance=SAME))
    about = f"mean over {len(images)} images, {type(network.loss).__name__}"
    return Table("Cost", about, ["C"], columns, comparisons)
