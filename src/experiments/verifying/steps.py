"""Steps of an optimizer against the rule of its paper, number by number, and against optax."""

import numpy as np
import numpy.typing as npt

from experiments.verifying import optax_steps, textbook
from experiments.verifying.comparison import SAME, Columns, Comparison, Table
from experiments.verifying.finite_differences import sample
from experiments.verifying.subject import BATCHES, Subject
from nn import Optimizer
from nn.arrays import Array

ROWS = 3
"""Rows that are shown of a table."""
OURS, PAPER, OPTAX = "ours", "by the paper", "optax"
OWN_OPTIMIZER = """\
No reference knows this class. Only the direction of the first step is checked:
a wrong length, or a mistake in a later step, is not noticed."""
DOWNHILL = "downhill"


def steps_table(subject: Subject, name: str, optimizer: Optimizer) -> Table:
    """Compare by how much the first steps change the parameters; the first one is shown.

    The first step alone would say nothing about momentum: each has the gradient of another
    mini-batch at the initial parameters. By the paper, some parameters of all are computed.
    """
    start = subject.network.parameters
    gradients = [subject.gradient(number) for number in range(BATCHES)]
    ours = _our_changes(optimizer, start, gradients)
    chosen = sample(gradients[0], subject.rng)
    used = chosen[gradients[0][chosen] != 0]
    shown = (used if len(used) else chosen)[:ROWS]
    columns: Columns = {
        "gradient": gradients[0][shown].tolist(),
        OURS: ours[0, shown].tolist(),
    }
    comparisons = []
    by_paper = _by_paper(optimizer, start, gradients, chosen)
    if by_paper is not None:
        columns[PAPER] = by_paper[0, np.searchsorted(chosen, shown)].tolist()
        comparisons.append(
            Comparison.of(PAPER, ours[:, chosen], by_paper, tolerance=SAME, total=ours.size)
        )
    theirs = optax_steps.steps(optimizer, start, gradients) if optax_steps.installed() else None
    if theirs is not None:
        by_optax = np.stack(theirs) - start
        columns[OPTAX] = by_optax[0, shown].tolist()
        comparisons.append(Comparison.of(OPTAX, ours, by_optax, tolerance=SAME))
    note = ""
    if not comparisons:
        note = OWN_OPTIMIZER
        firsts = [_our_changes(optimizer, start, [each])[0] for each in gradients]
        comparisons = _direction(gradients, firsts)
    about = f"learning rate {optimizer.learning_rate:g}, the first of {BATCHES} steps"
    labels = [str(int(index) + 1) for index in shown]
    words = f"the optimizer {name}" if name == subject.chosen else ""
    return Table(f"Steps of {name}", about, labels, columns, comparisons, note, words)


def _direction(gradients: list[Array], steps: list[Array]) -> list[Comparison]:
    """Compare the sign of ``gradient . step``; there is nothing to compare without a gradient.

    It is what a small step adds to the cost, to first order, so it has to be negative for a first
    step. Each gradient has a step of its own.
    """
    products = [float(g @ step) for g, step in zip(gradients, steps, strict=True) if g.any()]
    wrong = sum(not each < 0 for each in products)
    shown = next((each for each in products if not each < 0), max(products, default=0.0))
    says = f"gradient . step = {shown:.2g}, has to be below 0"
    n, share = len(products), wrong / max(len(products), 1)
    found = Comparison(DOWNHILL, n, n, share, share, tolerance=0.0, partial=True, says=says)
    return [found] if products else []


def _our_changes(optimizer: Optimizer, start: Array, gradients: list[Array]) -> Array:
    """Return how far the parameters are from their start after each step, ``[steps, p]``."""
    parameters, state, found = start.copy(), optimizer.init(start), []
    for gradient in gradients:
        optimizer.step(parameters, gradient.copy(), state, optimizer.learning_rate)
        found.append(parameters - start)
    return np.stack(found)


def _by_paper(
    optimizer: Optimizer, start: Array, gradients: list[Array], chosen: npt.NDArray[np.intp]
) -> Array | None:
    """Return the same for some parameters, ``[steps, chosen]``; None for a class of the user."""
    rule = textbook.RULES.get(type(optimizer))
    if rule is None:
        return None
    of_each = zip(start[chosen].tolist(), np.stack(gradients)[:, chosen].T.tolist(), strict=True)
    after = [list(rule(theta, of_one, optimizer)) for theta, of_one in of_each]
    return np.array(after).T - start[chosen]
