"""The MLflow model of a run: loaded without this project, it predicts the same as the network."""

import json
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import numpy as np
import pytest
from harness import SMALL

from experiments.data import FILES, read_idx

pytestmark = pytest.mark.stress
MNIST = harness.PROJECT / "data" / "mnist"

# -I and -S ignore the working directory, PYTHONPATH and .pth files, so this project is not found.
ISOLATED = (sys.executable, "-I", "-S", "-c")

LOAD = """
import importlib.util, json, logging, sys
packages, images, folder, models = sys.argv[1:]
sys.path.append(packages)
for project in ("experiments", "nn"):
    assert importlib.util.find_spec(project) is None, f"{project} can be imported"

import mlflow
import numpy as np

logging.getLogger("mlflow").setLevel(logging.ERROR)
images, found = np.load(images), {}
for name, (uri, address, dtype) in json.loads(models).items():
    mlflow.set_tracking_uri(uri)
    model = mlflow.pyfunc.load_model(address)
    np.save(f"{folder}/{name}.npy", model.predict(images.astype(dtype)))
    try:
        refused = f"took 783 pixels: {model.predict(images[:, 1:].astype(dtype))}"
    except mlflow.exceptions.MlflowException as error:
        refused = str(error)
    found[name] = {
        "inputs": model.metadata.signature.inputs.to_dict(),
        "outputs": model.metadata.signature.outputs.to_dict(),
        "example": [str(model.input_example.dtype), *model.input_example.shape],
        "refused": refused,
    }
assert "experiments" not in sys.modules
with open(f"{folder}/found.json", "w") as file:
    json.dump(found, file)
"""

PREDICT = """
import json, sys
import nn
import numpy as np

images, saved, target, sizes, dtype, activation, loss = sys.argv[1:]
network = nn.Network(
    json.loads(sizes),
    activation=eval(activation),
    loss=eval(loss),
    initializer=nn.StandardNormal(0.0),
    rng=np.random.default_rng(1),
    dtype=dtype,
)
network.parameters[:] = np.load(saved)["parameters"]
np.save(target, network.predict(np.load(images).astype(dtype)))
"""


@dataclass(frozen=True)
class Case:
    """A network, and the code that builds it."""

    sizes: tuple[int, ...]
    dtype: str
    activation: str
    loss: str


CASES = {
    "mse sgd": Case(
        (784, 30, 10), "float32", "nn.Sigmoid()", "nn.QuadraticCost(nn.Output.sigmoid)"
    ),
    "ce adam": Case(
        (784, 30, 10), "float32", "nn.Sigmoid()", "nn.CrossEntropyCost(nn.Output.softmax)"
    ),
    "other": Case(
        (784, 12, 11, 10), "float64", "nn.LeakyReLU(0.2)", "nn.CrossEntropyCost(nn.Output.sigmoid)"
    ),
}
OTHER = (
    *("architecture.sizes=[784,12,11,10]", "dtype=float64", "activation=leaky_relu"),
    *("activation.slope=0.2", "loss=ce", "loss.output=sigmoid"),
)
EVERY_MODEL = pytest.mark.parametrize("name", CASES)


class Models:
    """Three tracked models loaded without this project, and the predictions of their networks."""

    def __init__(self, four: harness.Sweep, folder: Path) -> None:
        harness.run(folder / "run", *OTHER, *SMALL, *harness.store(folder))
        other = harness.run_folder(folder / "run")
        self.folders = {**harness.jobs(four.folder), "other": other}
        uris = {"mse sgd": four.uri, "ce adam": four.uri, "other": harness.uri(folder)}
        self.runs = {
            name: harness.recorded_in(self.folders[name], harness.tracked(uris[name]))
            for name in CASES
        }
        self.places = {
            name: Path(
                harness.connect(uris[name]).get_logged_model(run.models[0]).artifact_location
            )
            for name, run in self.runs.items()
        }
        addresses = {name: f"models:/{run.models[0]}" for name, run in self.runs.items()}
        addresses["other"] = f"runs:/{self.runs['other'].id}/model"  # as in tutorials

        images = read_idx(MNIST / f"{FILES['test_images']}.gz", 3)
        np.save(folder / "images.npy", images.reshape(len(images), -1) / 255)
        models = {name: (uris[name], addresses[name], CASES[name].dtype) for name in CASES}
        packages = sysconfig.get_path("purelib")
        command = [*ISOLATED, LOAD, packages, folder / "images.npy", folder, json.dumps(models)]
        with harness.Program(command, folder / "load.log", cwd=folder) as program:
            assert program.wait() == 0, program.output
        self.described: dict[str, Any] = json.loads((folder / "found.json").read_text())
        self.predicted = {name: np.load(folder / f"{name}.npy") for name in CASES}
        self.expected = {name: self._predict(name, folder) for name in CASES}

    def _predict(self, name: str, folder: Path) -> np.ndarray:
        """Return the predictions of the network, from a process with the same BLAS settings."""
        case, target = CASES[name], folder / "expected.npy"
        files = [folder / "images.npy", self.folders[name] / "network.npz", target]
        network = [str(list(case.sizes)), case.dtype, case.activation, case.loss]
        command = [sys.executable, "-c", PREDICT, *files, *network]
        with harness.Program(command, folder / "predict.log") as program:
            assert program.wait() == 0, program.output
        return np.load(target)


@pytest.fixture(scope="module")
def models(four: harness.Sweep, tmp_path_factory: pytest.TempPathFactory) -> Models:
    return Models(four, tmp_path_factory.mktemp("models"))


@EVERY_MODEL
def test_a_loaded_model_gives_the_predictions_of_the_network_to_the_last_bit(
    models: Models, name: str
) -> None:
    predicted, expected = models.predicted[name], models.expected[name]
    assert predicted.dtype == expected.dtype == CASES[name].dtype
    assert predicted.shape == (10_000, 10)
    assert np.array_equal(predicted, expected)


@EVERY_MODEL
def test_a_loaded_model_has_the_recorded_accuracy(models: Models, name: str) -> None:
    labels = read_idx(MNIST / f"{FILES['test_labels']}.gz", 1)
    accuracy = np.mean(models.predicted[name].argmax(axis=1) == labels)
    recorded = harness.histories(models.folders[name])["test/accuracy"][0][1]
    assert accuracy == pytest.approx(
        recorded, abs=5e-4
    )  # other BLAS kernels may decide a near tie differently


@EVERY_MODEL
def test_a_model_has_the_shapes_and_types_of_its_inputs_and_outputs(
    models: Models, name: str
) -> None:
    case, described = CASES[name], models.described[name]
    for what, size in (("inputs", 784), ("outputs", 10)):
        (tensor,) = described[what]
        assert tensor["tensor-spec"] == {"dtype": case.dtype, "shape": [-1, size]}
    assert described["example"] == [case.dtype, 1, 784]


@EVERY_MODEL
def test_a_model_refuses_inputs_of_another_shape(models: Models, name: str) -> None:
    assert "shape" in models.described[name]["refused"]


@EVERY_MODEL
def test_a_model_contains_no_pickle(models: Models, name: str) -> None:
    files = [path for path in models.places[name].rglob("*") if path.is_file()]
    assert {"MLmodel", "network.npz", "input_example.json"} <= {path.name for path in files}
    assert [path for path in files if path.suffix in (".pkl", ".pickle", ".joblib")] == []
    (network,) = [path for path in files if path.name == "network.npz"]
    with np.load(network, allow_pickle=False) as saved:
        assert saved["parameters"].dtype == CASES[name].dtype


@EVERY_MODEL
def test_a_model_requires_only_mlflow_and_numpy(models: Models, name: str) -> None:
    requirements = (models.places[name] / "requirements.txt").read_text().split()
    assert [each.partition("==")[0] for each in requirements] == ["mlflow", "numpy"]
