"""Save a network to bytes and load it again, without pickle.

The format is NumPy's archive `.npz` with two arrays: ``parameters [p]``, and ``description``, a
JSON text with the sizes and with the class and the options of activation and loss. A class has the
name by which it is imported: `nn.Sigmoid`, or `mine.Doubling` for a class of the user.
"""

import dataclasses
import importlib
import io
import json
import zlib
from enum import Enum
from itertools import pairwise
from typing import Any, TypeVar, get_type_hints
from zipfile import BadZipFile, is_zipfile

import numpy as np

from nn.activations import Activation
from nn.arrays import Array
from nn.initializers import StandardNormal
from nn.losses import Loss
from nn.network import Network

PACKAGE = "nn"
TARGET = "_target_"
"""The key of the class name, as in Hydra's configurations."""

T = TypeVar("T")


def save(network: Network) -> bytes:
    """Return the network as the contents of a file, for `load`.

    Raise ValueError if activation or loss have options that cannot be saved.
    """
    description = {
        "sizes": [int(size) for size in network.sizes],
        "activation": _described(network.activation),
        "loss": _described(network.loss),
    }
    buffer = io.BytesIO()
    np.savez(buffer, parameters=network.parameters, description=np.array(json.dumps(description)))
    return buffer.getvalue()


def load(contents: bytes) -> Network:
    """Return the network in the contents of a file.

    Raise ValueError if the file is not a saved network, or if its classes cannot be imported.
    """
    parameters, text = _arrays(contents)
    try:
        description = json.loads(text)
        sizes = [int(size) for size in description["sizes"]]
        activation = _built(description["activation"], Activation)
        loss = _built(description["loss"], Loss)
    except (KeyError, NameError, RecursionError, TypeError, ValueError) as error:
        shown = " ".join(text.split())[:200]
        raise ValueError(f"not a saved network: its description is {shown}: {error}") from None
    network = Network(
        sizes,
        activation=activation,
        loss=loss,
        initializer=StandardNormal(bias_std=0.0),
        rng=np.random.default_rng(0),
        dtype=parameters.dtype,
    )
    if parameters.shape != network.parameters.shape:
        raise ValueError(
            f"not a saved network: it has {list(parameters.shape)} parameters, expected"
            f" {list(network.parameters.shape)} for sizes {sizes}"
        )
    network.parameters[:] = parameters
    return network


def sizes_of(contents: bytes) -> list[int]:
    """Return the sizes of the layers of a saved network. Its classes are not imported.

    Raise ValueError if the file is not a saved network.
    """
    parameters, text = _arrays(contents)
    try:
        description = json.loads(text)
        sizes = [int(size) for size in description["sizes"]]
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        shown = " ".join(text.split())[:200]
        raise ValueError(f"not a saved network: its description is {shown}: {error}") from None
    expected = sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))
    if parameters.shape != (expected,):
        raise ValueError(
            f"not a saved network: it has {list(parameters.shape)} parameters, expected"
            f" {[expected]} for sizes {sizes}"
        )
    return sizes


def _arrays(contents: bytes) -> tuple[Array, str]:
    """Return the parameters and the description in the contents of a file."""
    stream = io.BytesIO(contents)
    if not is_zipfile(stream):
        raise ValueError(
            "not a saved network: the file is not a NumPy archive (.npz), or truncated"
        )
    stream.seek(0)
    try:
        with np.load(stream, allow_pickle=False) as arrays:
            return arrays["parameters"], str(arrays["description"])
    except KeyError:
        raise ValueError(
            "not a saved network: the archive lacks the array `parameters` or `description`"
        ) from None
    except (EOFError, OSError, RuntimeError, ValueError, BadZipFile, zlib.error) as error:
        raise ValueError(f"not a saved network: the archive is damaged: {error}") from None


def _described(part: Activation | Loss) -> dict[str, Any]:
    """Return class and options of an activation or loss as JSON can hold them."""
    cls = type(part)
    module = PACKAGE if cls.__module__.startswith(f"{PACKAGE}.") else cls.__module__
    names = (
        [field.name for field in dataclasses.fields(cls)] if dataclasses.is_dataclass(cls) else []
    )
    if set(names) != set(vars(part)):
        raise ValueError(f"{cls.__qualname__}: only the fields of a dataclass can be saved")
    options = {name: _plain(getattr(part, name)) for name in names}
    return {TARGET: f"{module}.{cls.__qualname__}", **options}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.name
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ValueError(f"{value!r} cannot be saved, only numbers, texts and enumerations")
    return value


def _built(described: dict[str, Any], kind: type[T]) -> T:
    """Return the instance that `_described` has described.

    Raise ValueError if its class cannot be imported or is not a subclass of ``kind``.
    """
    options = dict(described)
    module, _, name = options.pop(TARGET).rpartition(".")
    try:
        cls = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"the class {module}.{name} cannot be imported: {error}") from None
    if not (isinstance(cls, type) and issubclass(cls, kind)):
        raise ValueError(f"{module}.{name} is not a subclass of {kind.__qualname__}")  # noqa: TRY004
    types = get_type_hints(cls)
    for key, value in options.items():
        if isinstance(expected := types.get(key), type) and issubclass(expected, Enum):
            options[key] = expected[value]
    return cls(**options)
