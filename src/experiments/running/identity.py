"""Which runs are the same run: everything that can change its numbers, and the hash of that.

The configuration counts as it was understood, not as it was written: `l2=0` and `l2=0.0` are one
run, and so are two folders with the same images. Paths, tracking and what the terminal shows do not
count. The code counts as it works: comments, docstrings and layout do not, nor do the classes of
nn/ that the run does not use, so that a new activation leaves the runs of the others valid.
"""

import ast
import dataclasses
import hashlib
import inspect
import json
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

import nn.arrays
import nn.network
from experiments.configuration.config import Experiment
from experiments.data import dataset as data
from experiments.data.dataset import IDXDataset
from experiments.training import diagnostics, train
from nn import Activation, Initializer, Loss, Optimizer, Schedule

CORE = (nn.arrays, nn.network, train, data, diagnostics)
"""The modules that every run goes through; those of its classes come on top."""
CHOICES = (Activation, Initializer, Loss, Optimizer, Schedule)
"""The kinds of class of which a run uses one each."""
CUT = ("train_size", "subset", "validation_size", "split_seed")
"""What decides which images of the files are used for what."""

Origin = dict[str, Any]


def origin(experiment: Experiment) -> Origin:
    """Return everything that decides a run's numbers: configuration, data, code.

    Raises DataError if the data cannot be read.
    """
    return {
        "config": _config(experiment),
        "data": experiment.dataset.files().sha256,
        "code": _code(experiment),
        "numpy": np.__version__,
    }


def identity(made_from: Origin) -> str:
    """Return the name that runs with the same origin share: 16 hexadecimal digits."""
    return _digest(json.dumps(made_from, sort_keys=True))


def differences(recorded: Origin, current: Origin) -> list[str]:
    """Return in words what differs between two origins, one entry a value."""
    before, now = dict(_flat("", recorded)), dict(_flat("", current))
    return [
        f"{key.removeprefix('config.')} was {before.get(key)}, is {now.get(key)}"
        for key in sorted({*before, *now})
        if before.get(key) != now.get(key)
    ]


def processor() -> str:
    """Return what decides which of NumPy's and OpenBLAS's kernels run: others round otherwise."""
    config = np.show_config(mode="dicts") or {}
    simd = config.get("SIMD Extensions", {}).get("found", [])
    blas = os.environ.get("OPENBLAS_CORETYPE", "default")
    return " ".join([platform.machine(), f"blas={blas}", *simd])


def _config(experiment: Experiment) -> dict[str, Any]:
    return {
        field.name: _value(getattr(experiment, field.name))
        for field in dataclasses.fields(experiment)
    }


def _value(value: Any) -> Any:
    if isinstance(value, IDXDataset):
        return {name: _value(getattr(value, name)) for name in CUT}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        cls = type(value)
        options = {each.name: _value(getattr(value, each.name)) for each in dataclasses.fields(cls)}
        return {"class": f"{cls.__module__}.{cls.__qualname__}", **options}
    return value.value if isinstance(value, Enum) else value


def _flat(prefix: str, node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _flat(f"{prefix}.{key}" if prefix else key, value)
    else:
        yield prefix, node


def _code(experiment: Experiment) -> str:
    """Return the digest of the code that makes a run's numbers."""
    classes = {
        cls
        for field in dataclasses.fields(experiment)
        for cls in type(getattr(experiment, field.name)).__mro__
        if _is_source(sys.modules[cls.__module__])
    }
    names = frozenset(cls.__qualname__ for cls in classes)
    modules = {module.__name__ for module in CORE} | {cls.__module__ for cls in classes}
    return _digest("\n".join(_statements(module, names) for module in sorted(modules)))


def _is_source(module: ModuleType) -> bool:
    """Whether a module is this project's or the user's, rather than Python's or a package's."""
    file = getattr(module, "__file__", None)
    installed = file is None or "site-packages" in file
    return not installed and module.__name__ not in sys.stdlib_module_names


@lru_cache(maxsize=64)
def _statements(name: str, used: frozenset[str]) -> str:
    """Return a module's statements without docstrings and without the choices not ``used``."""
    module = sys.modules[name]
    tree = ast.parse(Path(inspect.getfile(module)).read_bytes())
    tree.body = [each for each in tree.body if not _is_other_choice(each, module, used)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [each for each in node.body if not _is_docstring(each)]
    return ast.unparse(tree)


def _is_other_choice(statement: ast.stmt, module: ModuleType, used: frozenset[str]) -> bool:
    if not isinstance(statement, ast.ClassDef) or statement.name in used:
        return False
    return issubclass(getattr(module, statement.name), CHOICES)


def _is_docstring(statement: ast.stmt) -> bool:
    """Whether a statement is a string on its own, which does nothing."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
