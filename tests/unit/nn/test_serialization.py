"""Saving networks: a loaded network is the same, and other files are refused in one sentence."""

import io
import json
import sys
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import ACTIVATIONS, LOSSES, batch, network
from properties import trials

import nn
from nn import (
    Activation,
    LeakyReLU,
    Loss,
    Output,
    QuadraticCost,
    Sigmoid,
    Tanh,
)

COMMITTED = sorted(
    (Path(__file__).parents[3] / "notebooks" / "sgd_vs_adam" / "runs").glob("*/network.npz")
)


class Side(Enum):
    """An option of an activation."""

    left = "l"
    right = "r"


@dataclass(frozen=True)
class Shifted(Tanh):
    """An activation of the user's, with options."""

    side: Side
    shift: float = 0.5


class Stateful(Tanh):
    """An activation with a state that is no field of a dataclass."""

    def __init__(self) -> None:
        object.__setattr__(self, "state", 1)


@dataclass(frozen=True)
class Weighted(Tanh):
    """An activation with an option that JSON cannot hold."""

    weights: np.ndarray


@pytest.fixture
def mine(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module `mine`, from which the classes above can be imported."""
    module = ModuleType("mine")
    for cls in (Shifted, Stateful, Weighted):
        monkeypatch.setattr(cls, "__module__", "mine")
        setattr(module, cls.__name__, cls)
    module.Side = Side  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "mine", module)
    return module


def archive(**arrays: Any) -> bytes:
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


def description(contents: bytes) -> dict[str, Any]:
    with np.load(io.BytesIO(contents)) as arrays:
        found: dict[str, Any] = json.loads(str(arrays["description"]))
        return found


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("loss", LOSSES, ids=repr)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=repr)
def test_a_loaded_network_is_the_saved_one(activation: Activation, loss: Loss, dtype: type) -> None:
    saved = network([5, 4, 3], activation=activation, loss=loss, dtype=dtype)
    contents = nn.save(saved)
    loaded = nn.load(contents)
    assert loaded.sizes == saved.sizes
    assert loaded.activation == activation
    assert loaded.loss == loss
    assert loaded.parameters.dtype == dtype
    assert loaded.parameters.tobytes() == saved.parameters.tobytes()
    inputs, targets = batch([5, 4, 3], 6, dtype=dtype)
    assert np.array_equal(loaded.predict(inputs), saved.predict(inputs))
    loaded.backward(inputs, targets)
    assert loaded.gradient.any()
    assert nn.save(loaded) == contents


@trials(50)
@given(sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5))
def test_networks_of_any_size_are_saved(sizes: list[int]) -> None:
    saved = network(sizes)
    loaded = nn.load(nn.save(saved))
    assert loaded.sizes == tuple(sizes)
    assert np.array_equal(loaded.parameters, saved.parameters)


def test_the_same_network_gives_the_same_bytes() -> None:
    assert nn.save(network([5, 4, 3])) == nn.save(network([5, 4, 3]))


def test_a_saved_network_does_not_change_with_the_original() -> None:
    original = network([5, 4, 3])
    before = original.parameters.copy()
    contents = nn.save(original)
    original.parameters[:] = 0
    assert np.array_equal(nn.load(contents).parameters, before)


def test_classes_of_this_package_have_the_names_of_its_door() -> None:
    saved = network([5, 3], activation=LeakyReLU(0.1), loss=QuadraticCost(Output.softmax))
    assert description(nn.save(saved)) == {
        "sizes": [5, 3],
        "activation": {"_target_": "nn.LeakyReLU", "slope": 0.1},
        "loss": {"_target_": "nn.QuadraticCost", "output": "softmax"},
    }


def test_an_activation_of_the_users_has_the_name_of_its_module(mine: ModuleType) -> None:
    contents = nn.save(network([5, 3], activation=Shifted(Side.right, 0.25)))
    target = {"_target_": "mine.Shifted", "side": "right", "shift": 0.25}
    assert description(contents)["activation"] == target
    assert nn.load(contents).activation == Shifted(Side.right, 0.25)


def test_a_class_that_cannot_be_imported_is_named(mine: ModuleType) -> None:
    contents = nn.save(network([5, 3], activation=Shifted(Side.right)))
    del mine.Shifted
    with pytest.raises(ValueError, match=r"the class mine\.Shifted cannot be imported"):
        nn.load(contents)


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (Stateful(), "Stateful: only the fields of a dataclass can be saved"),
        (Weighted(np.ones(2)), "cannot be saved, only numbers, texts and enumerations"),
    ],
    ids=["state", "array"],
)
def test_an_activation_that_cannot_be_saved_is_refused(
    mine: ModuleType, activation: Activation, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        nn.save(network([5, 3], activation=activation))


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.parent.name)
def test_networks_that_name_classes_by_module_are_loaded(path: Path) -> None:
    """The networks beside the notebooks name classes as `nn.activations.Sigmoid`."""
    loaded = nn.load(path.read_bytes())
    assert loaded.sizes == (784, 30, 10)
    assert loaded.activation == Sigmoid()
    outputs = loaded.predict(np.zeros((1, 784)))
    assert outputs.shape == (1, 10)


def test_there_are_networks_beside_the_notebooks() -> None:
    assert len(COMMITTED) == 2


# Other files

PARTS = {
    "sizes": [5, 3],
    "activation": {"_target_": "nn.Tanh"},
    "loss": {"_target_": "nn.QuadraticCost", "output": "softmax"},
}
PARAMETERS = np.zeros(18)


def described(**changed: Any) -> bytes:
    """Return a saved network with another description."""
    return archive(parameters=PARAMETERS, description=np.array(json.dumps({**PARTS, **changed})))


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (b"", "not a NumPy archive"),
        (b"text", "not a NumPy archive"),
        (b"\x93NUMPY", "not a NumPy archive"),
        (archive(parameters=PARAMETERS), "lacks the array"),
        (archive(description=np.array("{}")), "lacks the array"),
        (archive(parameters=np.array([{}]), description=np.array("{}")), "damaged"),
        (archive(parameters=PARAMETERS, description=np.array("not JSON")), "its description is"),
        (archive(parameters=PARAMETERS, description=np.array("{}")), "its description is {}"),
        (archive(parameters=PARAMETERS, description=np.array("[1]")), "its description is"),
        (archive(parameters=PARAMETERS, description=np.array("[" * 9999)), "its description is"),
        (described(sizes="many"), "its description is"),
        (described(sizes=[5]), "needs an input and an output layer"),
        (described(sizes=[5, 4]), r"it has \[18\] parameters, expected \[24\]"),
        (described(activation={}), "its description is"),
        (described(activation={"_target_": "Tanh"}), "its description is"),
        (described(activation={"_target_": "nn.Missing"}), "nn.Missing cannot be imported"),
        (described(activation={"_target_": "no.such.Class"}), "no.such.Class cannot be imported"),
        (described(activation={"_target_": "os.system"}), "os.system is not a subclass"),
        (described(activation={"_target_": "nn.SGD"}), "nn.SGD is not a subclass of Activation"),
        (described(activation={"_target_": "nn.LeakyReLU"}), "slope"),
        (described(activation={"_target_": "nn.LeakyReLU", "slope": 7}), "slope must be above 0"),
        (described(loss={"_target_": "nn.QuadraticCost", "output": "no"}), "'no'"),
    ],
)
def test_a_file_that_is_no_saved_network_is_refused(contents: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        nn.load(contents)
    assert "\n" not in str(caught.value)


def test_the_sizes_are_known_without_the_classes(mine: ModuleType) -> None:
    saved = nn.save(network([3, 4, 2], activation=Shifted(Side.right)))
    del mine.Shifted
    with pytest.raises(ValueError, match="cannot be imported"):
        nn.load(saved)
    assert nn.sizes_of(saved) == [3, 4, 2]


@pytest.mark.parametrize("contents", [b"", b"junk", b"PK\x03\x04"])
def test_a_file_that_is_no_saved_network_has_no_sizes(contents: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not a saved network"):
        nn.sizes_of(contents)


def test_sizes_that_do_not_fit_the_parameters_are_refused() -> None:
    contents = archive(parameters=np.zeros(7), description=np.array('{"sizes": [3, 2]}'))
    with pytest.raises(
        ValueError, match=r"has \[7\] parameters, expected \[8\] for sizes \[3, 2\]"
    ):
        nn.sizes_of(contents)


def test_a_single_number_is_not_broadcast_to_all_parameters() -> None:
    contents = archive(parameters=np.zeros(1), description=np.array(json.dumps(PARTS)))
    with pytest.raises(ValueError, match=r"it has \[1\] parameters, expected \[18\]"):
        nn.load(contents)


def test_integers_are_no_parameters() -> None:
    contents = archive(parameters=np.zeros(18, int), description=np.array(json.dumps(PARTS)))
    with pytest.raises(ValueError, match="dtype must be float32 or float64"):
        nn.load(contents)


def test_a_file_with_a_damaged_byte_is_refused_or_loaded_unchanged() -> None:
    saved = network([1, 1])
    contents = nn.save(saved)
    refused = 0
    for position in range(len(contents)):
        damaged = bytearray(contents)
        damaged[position] ^= 0x41
        try:
            loaded = nn.load(bytes(damaged))
        except ValueError:
            refused += 1
        else:  # the byte does not matter: it is part of a date, for example
            assert loaded.parameters.tobytes() == saved.parameters.tobytes()
    assert refused > len(contents) / 2


@trials(100)
@given(length=st.integers(0, 1300))
def test_a_truncated_file_is_refused(length: int) -> None:
    contents = nn.save(network([2, 3, 2]))
    with pytest.raises(ValueError, match="not a saved network"):
        nn.load(contents[: min(length, len(contents) - 1)])
