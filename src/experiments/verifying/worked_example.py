"""Huang's example, by hand and by this project: outputs, cost, errors, gradients, Adam's step.

Where he prints another number than the formulas give, it is refuted, and the number that explains
it is computed. Everything but his own numbers (`huang`) is computed.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from experiments.verifying import by_hand, huang
from experiments.verifying.comparison import SAME, Columns, Comparison, Table
from experiments.verifying.textbook import adam
from nn import Adam, CrossEntropyCost, Output
from nn.arrays import Array

COST = CrossEntropyCost(Output.softmax)
ADAM = Adam(huang.RATE, beta1=huang.BETA1, beta2=huang.BETA2, epsilon=huang.EPSILON)
OURS, HAND, PRINTED, TENSORFLOW, PAPER = "ours", "by hand", "printed", "TensorFlow", "by the paper"
KNOWN = "known"
OF_KNOWN = "The known cost is not in his text: it was computed apart, from his outputs."
Numbers: TypeAlias = Mapping[str, npt.ArrayLike]
"""The columns of a table."""
PRINTED_LESS = "printed - y"
OF_OUTPUTS = """\
He prints neither the picture nor all weights, so the logits are the logarithms
of his outputs. To agree shows only that these sum to one, and that the cost and
the errors follow. It does not show that his network gives these outputs."""
"""The note below tables of printed outputs: how little their agreement shows."""
FITTED = """\
The factor is fitted to this row of the document, as he does not print it. To
agree shows only that the row is a multiple of the errors."""
"""The note below a row of weights."""
ROUNDED = float(np.finfo(np.float32).eps) / 2
"""The rounding of a number below one in single precision."""
SINGLE = 4 * float(np.finfo(np.float32).eps)
"""The tolerance for numbers in single precision."""


def worked_example() -> Iterator[Table]:
    """Yield the tables of the example."""
    yield _softmax()
    logits = np.log([huang.UNTRAINED_5])
    yield _outputs(logits)
    yield _cost("an untrained network, for a 5", logits, 5, known=huang.UNTRAINED_5_COST)
    errors = _output_error(logits, 5)
    yield _errors(logits, errors)
    yield _fitted_row(1, errors)
    yield _wrong_row(2, errors)
    yield _fitted_row(3, errors)
    yield _first_step(errors)
    yield _second_step(errors)
    yield from _trained(_logits_of_7(), 7)


def _softmax() -> Table:
    ours = COST.activations(np.array([huang.SCORES]))[0]
    hand = by_hand.outputs(COST, huang.SCORES)
    columns: Numbers = {
        "score": huang.SCORES,
        OURS: ours,
        HAND: hand,
        PRINTED: huang.SCORES_SOFTMAX,
    }
    comparisons = [
        Comparison.of(HAND, ours, hand, tolerance=SAME),
        _printed(ours, huang.SCORES_SOFTMAX, digits=1),
    ]
    return _table("Softmax", "his Table 2", ["1", "2", "3"], columns, comparisons)


def _outputs(logits: Array) -> Table:
    ours = COST.activations(logits)[0]
    hand = by_hand.outputs(COST, logits[0].tolist())
    columns: Numbers = {
        OURS: ours,
        HAND: hand,
        TENSORFLOW: huang.UNTRAINED_5,
        PRINTED: huang.UNTRAINED_5_BY_HAND,
    }
    comparisons = [
        Comparison.of(HAND, ours, hand, tolerance=SAME),
        Comparison.of(TENSORFLOW, ours, huang.UNTRAINED_5, tolerance=SINGLE),
        _printed(ours, huang.UNTRAINED_5_BY_HAND, digits=3),
    ]
    about = "a picture of a 5, his Table 3"
    labels = _classes(range(10))
    return _table("Outputs", about, labels, columns, comparisons, note=OF_OUTPUTS)


def _cost(about: str, logits: Array, label: int, *, known: float | None = None) -> Table:
    """Compare the cost by hand, and with a ``known`` number of six digits after the point."""
    targets = np.eye(10)[[label]]
    ours = COST.value(logits, targets)
    hand = by_hand.cost(COST, logits[0].tolist(), targets[0].tolist())
    output = COST.activations(logits)[0, label]
    columns: Numbers = {"output": [output], OURS: [ours], HAND: [hand or math.nan]}
    comparisons = [Comparison.of(HAND, ours, hand or math.nan, tolerance=1e-8)]
    note = ""
    if known is not None:
        columns, note = {**columns, KNOWN: [known]}, OF_KNOWN
        comparisons.append(_printed(ours, known, digits=6, name=KNOWN))
    about, labels = f"{about}: -ln of the output", [f"class {label}"]
    return _table("Cost", about, labels, columns, comparisons, note=note)


def _trained(logits: Array, label: int) -> Iterator[Table]:
    """Yield the tables of a trained network: outputs, cost and output errors."""
    printed, labels = np.array(huang.TRAINED_7), _classes(range(10))
    ours, hand = COST.activations(logits)[0], by_hand.outputs(COST, logits[0].tolist())
    columns: Numbers = {OURS: ours, HAND: hand, PRINTED: printed}
    comparisons = [
        Comparison.of(HAND, ours, hand, tolerance=SAME),
        Comparison.of(PRINTED, ours, printed, tolerance=0.0, rounding=ROUNDED),
    ]
    note = (
        f"His outputs sum to {math.fsum(printed):.10f}, as far as single precision goes; ours to\n"
        f"one, with the small ones {ours[0] / printed[0]:.3f} times as large.\n{OF_OUTPUTS}"
    )
    about = "a picture of a 7, his Table 6"
    yield _table("Outputs", about, labels, columns, comparisons, note=note)
    yield _cost("a trained network, for a 7", logits, label)
    errors, target = _output_error(logits, label), np.eye(10)[label]
    columns = {OURS: errors, HAND: hand - target, PRINTED_LESS: printed - target}
    comparisons = [
        Comparison.of(HAND, errors, hand - target, tolerance=1e-8),
        Comparison.of(PRINTED_LESS, errors, printed - target, tolerance=0.0, rounding=ROUNDED),
    ]
    yield _table("Output errors", "a - y, of his Table 6", labels, columns, comparisons)


def _output_error(logits: Array, label: int) -> Array:
    """Return ``dC/dz = a - y`` of one example, which is the gradient of the last biases."""
    error = np.empty_like(logits)
    COST.gradient(logits, np.eye(10)[[label]], error)
    gradient: Array = error[0]
    return gradient


def _errors(logits: Array, errors: Array) -> Table:
    hand = by_hand.outputs(COST, logits[0].tolist())
    hand[5] -= 1
    columns: Numbers = {OURS: errors, HAND: hand}
    shown = dict(zip(huang.SHOWN_CLASSES, huang.BIAS_GRADIENT, strict=True))
    wrong = shown.pop(3)  # it is that of class 6
    comparisons = [
        Comparison.of(HAND, errors, hand, tolerance=SAME),
        _printed(errors[list(shown)], list(shown.values()), digits=3, name="printed without row 4"),
        _printed(errors[3], wrong, digits=3, name="printed row 4", refuted=True),
        _printed(errors[6], wrong, digits=3, name="printed row 4 as class 6"),
    ]
    about = "a - y, the gradient of the biases in his Table 4"
    return _table("Output errors", about, _classes(range(10)), columns, comparisons)


def _fitted_row(row: int, errors: Array) -> Table:
    """Compare a row of the gradient with the multiple of the errors that is nearest to it.

    It is ``a_i (a_j - y_j)``; the activation ``a_i`` is not printed.
    """
    shown, printed = errors[list(huang.SHOWN_CLASSES)], huang.WEIGHT_GRADIENTS[row]
    activation = float(shown @ printed / (shown @ shown))
    ours = activation * shown
    columns: Numbers = {OURS: ours, PRINTED: printed}
    about = f"row {row} in his Table 4: {activation:.4f} times the errors"
    labels, comparisons = _classes(huang.SHOWN_CLASSES), [_printed(ours, printed, digits=3)]
    return _table("Gradient of the weights", about, labels, columns, comparisons, note=FITTED)


def _wrong_row(row: int, errors: Array) -> Table:
    """Compare the first number of a row with the largest one that the zeros beside it leave.

    They bound the activation: times any of the errors, it is zero with three digits.
    """
    first, *others = errors[list(huang.SHOWN_CLASSES)].tolist()
    printed, digits = huang.WEIGHT_GRADIENTS[row], 3
    most = first * _half_of_last(digits) / max(map(abs, others))
    comparisons = [_printed(most, printed[0], digits=digits, name="printed class 0", refuted=True)]
    note = (
        "The row is no multiple of the errors, so there is no factor to fit, and no row\n"
        f"of ours. Beside its zeros, class 0 is at most {most:.4f}.\n"
        f"His {huang.WEIGHT_OF_ROW_2} is no gradient: it is the weight that he prints above it."
    )
    about, labels = f"row {row} in his Table 4", _classes(huang.SHOWN_CLASSES)
    columns: Numbers = {PRINTED: printed}
    return _table("Gradient of the weights", about, labels, columns, comparisons, note=note)


def _first_step(errors: Array) -> Table:
    """Compare Adam's first step, ``-eta g / (|g| + eps)``, with the one that is printed."""
    ours = _steps([errors])[0]
    paper = [next(adam(0.0, [g], ADAM)) for g in errors.tolist()]
    formula = [-huang.RATE * g / (abs(g) + huang.EPSILON) for g in errors.tolist()]
    printed = [-math.copysign(huang.STEP, g) for g in errors.tolist()]
    columns: Numbers = {"gradient": errors, OURS: ours, PAPER: paper, PRINTED: printed}
    comparisons = [
        Comparison.of(PAPER, ours, paper, tolerance=SAME),
        Comparison.of("-eta g / (|g| + eps)", ours, formula, tolerance=SAME),
        _printed(ours, printed, digits=7, refuted=True),
    ]
    note = "In the first step mhat = g and vhat = g^2, so every parameter moves by the rate."
    labels = _classes(range(10))
    return _table("Adam's step", "t = 1, of the biases", labels, columns, comparisons, note=note)


def _second_step(errors: Array) -> Table:
    """Compare Adam's second step, after a gradient of zero, with the one that is printed.

    Then ``mhat = g (1 - b1) / (1 - b1^2)``, and likewise ``vhat``.
    """
    ours = _steps([np.zeros_like(errors), errors])[1]
    printed = [-math.copysign(huang.STEP, g) for g in errors.tolist()]
    share1, share2 = ((1 - b) / (1 - b * b) for b in (huang.BETA1, huang.BETA2))
    formula = -huang.RATE * np.sign(errors) * share1 / math.sqrt(share2)
    columns: Numbers = {"gradient": errors, OURS: ours, "formula": formula, PRINTED: printed}
    comparisons = [
        Comparison.of("formula without eps", ours, formula, tolerance=1e-5),
        _printed(ours, printed, digits=7),
    ]
    about = "t = 2, after a gradient of zero at t = 1"
    left = share1 / math.sqrt(share2)
    note = (
        f"Then mhat = {share1:.4f} g and vhat = {share2:.4f} g^2: {left:.4f} of the rate is left.\n"
        "His step is that of an Adam that has taken a step without a gradient before."
    )
    return _table("Adam's step", about, _classes(range(10)), columns, comparisons, note=note)


def _steps(gradients: Sequence[Array]) -> list[Array]:
    """Return by how much each step of our Adam changes the parameters."""
    parameters = np.zeros(10)
    state = ADAM.init(parameters)
    found: list[Array] = []
    for gradient in gradients:
        before = parameters.copy()
        ADAM.step(parameters, gradient.copy(), state, huang.RATE)
        found.append(parameters - before)
    return found


def _logits_of_7() -> Array:
    """Return logits of his outputs, of which the small ones are scaled so that all sum to one.

    They are printed in single precision, in which their sum is not exact.
    """
    outputs = np.array([huang.TRAINED_7])
    others = np.arange(10) != 7
    outputs[:, others] *= (1 - outputs[0, 7]) / outputs[:, others].sum()
    logits: Array = np.log(outputs)
    return logits


def _printed(
    ours: npt.ArrayLike,
    printed: npt.ArrayLike,
    *,
    digits: int,
    name: str = PRINTED,
    refuted: bool = False,
) -> Comparison:
    """Compare with numbers that are rounded to some digits after the point."""
    rounding = _half_of_last(digits)
    return Comparison.of(name, ours, printed, tolerance=0.0, rounding=rounding, refuted=refuted)


def _half_of_last(digits: int) -> float:
    """Return by how much a number with some digits after the point can be rounded."""
    return 0.5001 * 10.0**-digits


def _classes(numbers: Sequence[int]) -> list[str]:
    return [f"class {number}" for number in numbers]


def _table(
    subject: str,
    about: str,
    labels: Sequence[str],
    columns: Numbers,
    comparisons: Sequence[Comparison],
    *,
    note: str = "",
) -> Table:
    """Return a table, with arrays as lists."""
    plain: Columns = {name: np.asarray(column).tolist() for name, column in columns.items()}
    return Table(subject, about, labels, plain, comparisons, note)
