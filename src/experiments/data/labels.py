"""Labels and classes: class 0 has the label ``first_label``, and every class occurs in training."""

from pathlib import Path

import numpy as np

from experiments.data.contents import listed
from experiments.data.idx import Bytes
from experiments.errors import DataError


def classes(labels: Bytes, first_label: int) -> Bytes:
    """Return the classes, which begin with 0, of checked labels."""
    return labels - np.uint8(first_label)


def check_training_labels(path: Path, labels: Bytes, first_label: int) -> None:
    """Check that the labels are all whole numbers from ``first_label`` to the largest.

    A label that is left out would be an output neuron that never learns. With one class there is
    nothing to learn. Raise DataError, naming the file ``path``.
    """
    occurring = np.unique(labels).tolist()
    first, last = occurring[0], occurring[-1]
    if first == last and len(labels) > 1:
        raise DataError(f"{path}: every label is {first}; a classifier needs two classes or more")
    missing = sorted({*range(first, last)} - {*occurring})
    if missing:
        verb = "occurs" if len(missing) == 1 else "occur"
        raise DataError(
            f"{path}: {_noun(len(missing))} {listed(missing)} never {verb}: labels go from {first}"
            f" to {last}; number the {len(occurring)} classes from {first_label} to"
            f" {first_label + len(occurring) - 1}"
        )
    advice = f"dataset.first_label={first} makes them classes 0 to {last - first}"
    if first > first_label:
        raise DataError(f"{path}: class 0 never occurs: labels begin with {first}; {advice}")
    if first < first_label:
        raise DataError(
            f"{path}: label {first} is below dataset.first_label={first_label}: labels begin with"
            f" {first}; {advice}"
        )


def check_test_labels(path: Path, labels: Bytes, training_labels: Bytes) -> None:
    """Raise DataError, naming the file ``path``, if a label does not occur in training."""
    first, last = int(training_labels.min()), int(training_labels.max())
    others = np.unique(labels[(labels < first) | (labels > last)]).tolist()
    if others:
        raise DataError(
            f"{path}: {_noun(len(others))} {listed(others)}, expected {first} to {last} as in"
            " training"
        )


def _noun(number: int) -> str:
    return "label" if number == 1 else "labels"
