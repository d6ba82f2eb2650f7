"""The identity of a run: a hash of everything that can change the run's numbers.

Two runs with the same identity are the same run. The values of the configuration count, not how
they were written: `l2=0` and `l2=0.0` are the same run, and so are two folders with the same
images. Paths, tracking and display do not count. The code counts by what it computes, see
`experiments.running.source`.
"""

import dataclasses
import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

import msgspec
import numpy as np

from experiments.configuration import TEST_CURVE, Experiment
from experiments.data import Files, IDXDataset, cut, parse_idx
from experiments.recording import Origin
from experiments.running.backends import compiler_versions, kernel_class
from experiments.running.curve import curve_metrics
from experiments.running.source import digest
from experiments.training import confusion_matrix, constant_guess, evaluate, initialise, train

CODE = (parse_idx, Files, cut, initialise, train, evaluate, confusion_matrix, constant_guess)
"""The functions and classes that every run uses; they reach the rest, except the chosen classes."""
CHOSEN = ("activation", "initializer", "loss", "optimizer", "schedule")
"""The parts of an experiment whose class the user chooses."""
CUT = ("train_size", "subset", "validation_size", "split_seed")
"""The options of a data set that decide which images are used for what.

`first_label` and `flatten` do not count, because the data decide them: the smallest label, and
whether images have channels. Those of `UNUSUAL` count if they have these values.
"""
UNUSUAL = {"transposed": True, "shuffle": False}


def origin(experiment: Experiment) -> Origin:
    """Return everything that decides a run's numbers: configuration, data, code.

    Raise DataError if the data cannot be read, UserError if the code cannot be digested, and
    ConfigError if the backend cannot train the experiment.
    """
    chosen: list[Any] = [type(getattr(experiment, name)) for name in CHOSEN]
    kernel = kernel_class(experiment)
    if kernel is not None:
        chosen.append(kernel)
    config = {
        field.name: _value(getattr(experiment, field.name))
        for field in dataclasses.fields(experiment)
    }
    if experiment.test_curve:
        chosen.append(curve_metrics)
    else:
        del config[TEST_CURVE]  # older runs do not have the option, and recorded the same
    return Origin(
        config=config,
        data=experiment.dataset.files().sha256,
        code=digest(*CODE, *chosen),
        numpy=np.__version__,
        compiler="" if kernel is None else compiler_versions(),
    )


def identity(origin: Origin) -> str:
    """Return the identity of all runs with the same origin: 16 hexadecimal digits.

    The processor does not count.
    """
    parts = msgspec.to_builtins(msgspec.structs.replace(origin, processor=""))
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def differences(before: Origin, now: Origin) -> list[str]:
    """Return the differences between two origins in words, one entry per value."""
    values_before, values_now = _flat(before), _flat(now)
    return [
        f"{key.removeprefix('config.')} was {_words(values_before, key)},"
        f" is {_words(values_now, key)}"
        for key in sorted({*values_before, *values_now})
        if values_before.get(key) != values_now.get(key)
    ]


def processor() -> str:
    """Return the properties of the processor that decide how NumPy and OpenBLAS round."""
    config = np.show_config(mode="dicts") or {}
    simd = config.get("SIMD Extensions", {}).get("found", [])
    blas = os.environ.get("OPENBLAS_CORETYPE", "default")
    return " ".join([platform.machine(), f"blas={blas}", *simd])


def _value(value: Any) -> Any:
    """Return a value of an experiment as JSON can hold it; a class by its name without module."""
    if isinstance(value, IDXDataset):
        unusual = [name for name, each in UNUSUAL.items() if getattr(value, name) is each]
        return {name: _value(getattr(value, name)) for name in (*CUT, *unusual)}
    if dataclasses.is_dataclass(value):
        fields = [each.name for each in dataclasses.fields(value)]
        options = {name: _value(getattr(value, name)) for name in fields}
        return {"class": type(value).__qualname__, **options}
    return value.value if isinstance(value, Enum) else value


def _words(values: Mapping[str, Any], key: str) -> str:
    """Return a value in the words of conf/."""
    if key not in values:
        return "absent"
    return "null" if values[key] is None else str(values[key])


def _flat(origin: Origin) -> dict[str, Any]:
    """Return the values of an origin by their path, joined by dots."""

    def leaves(prefix: str, node: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(node, Mapping):
            for key, value in node.items():
                yield from leaves(f"{prefix}.{key}" if prefix else key, value)
        else:
            yield prefix, node

    return dict(leaves("", msgspec.to_builtins(origin)))
