"""A network saved as an MLflow model, in a folder without a store."""

import json
from pathlib import Path

import mlflow
import networks
import numpy as np
import pytest
import yaml
from mlflow.models import Model

import nn
from experiments.mirror.models import NAME, save


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the model of a network with 3 inputs and 2 outputs."""
    base = tmp_path_factory.mktemp("model")
    network = networks.network([3, 4, 2], dtype=np.float32)
    (base / "network.npz").write_bytes(nn.save(network))
    save(base / NAME, base / "network.npz", [3, 2], "float32")
    return base / NAME


def test_a_model_has_the_shapes_and_the_type_of_its_network(folder: Path) -> None:
    described = yaml.safe_load((folder / "MLmodel").read_text())["signature"]
    for side, size in (("inputs", 3), ("outputs", 2)):
        (tensor,) = json.loads(described[side])
        assert tensor["tensor-spec"] == {"dtype": "float32", "shape": [-1, size]}


def test_a_model_contains_the_network_and_the_package_nn(folder: Path) -> None:
    files = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert {"artifacts/network.npz", "code/nn/__init__.py", "code/nn/serialization.py"} <= files
    assert [name for name in files if name.endswith((".pkl", ".pickle"))] == []


def test_a_model_requires_mlflow_and_numpy_in_their_versions(folder: Path) -> None:
    requirements = (folder / "requirements.txt").read_text().split()
    assert requirements == [f"mlflow=={mlflow.__version__}", f"numpy=={np.__version__}"]


def test_a_model_has_an_example_of_its_input(folder: Path) -> None:
    example = json.loads((folder / "input_example.json").read_text())
    assert np.asarray(example).shape == (1, 3)


def test_models_of_one_shape_have_their_own_network_and_ids(folder: Path) -> None:
    other = networks.network([3, 5, 2], dtype=np.float32, seed=1)
    (folder.parent / "network.npz").write_bytes(nn.save(other))
    model = Model(artifact_path="there", run_id="run", model_uuid="m-1", model_id="m-1")
    save(folder.parent / "second", folder.parent / "network.npz", [3, 2], "float32", model)
    described = yaml.safe_load((folder.parent / "second" / "MLmodel").read_text())
    first = yaml.safe_load((folder / "MLmodel").read_text())
    ids = {"artifact_path": "there", "run_id": "run", "model_uuid": "m-1", "model_id": "m-1"}
    assert ids.items() <= described.items()
    assert "run_id" not in first
    sizes = [
        (each / "artifacts" / "network.npz").stat().st_size
        for each in (folder, folder.parent / "second")
    ]
    grown = described["model_size_bytes"] - first["model_size_bytes"]
    assert grown == sizes[1] - sizes[0] > 0
    images = np.zeros((2, 3), np.float32)
    loaded = mlflow.pyfunc.load_model(str(folder.parent / "second"))
    np.testing.assert_array_equal(loaded.predict(images), other.predict(images))
