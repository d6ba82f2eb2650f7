"""The network as an MLflow model. MLflow stores this file and package `nn` beside the weights.

So the model loads where this project is not installed, and no pickle is involved ("models from
code" in MLflow's documentation).
"""

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow.pyfunc
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from nn import Network


def load_network(path: str | Path) -> "Network":
    """Return the network saved in the file `network.npz` of a run."""
    from nn import Network, Output, StandardNormal

    with np.load(path) as saved:
        parameters = saved["parameters"]
        description = json.loads(str(saved["description"]))

    def instance(options: dict[str, Any]) -> Any:
        module, _, name = options.pop("_target_").rpartition(".")
        return getattr(importlib.import_module(module), name)(**options)

    output = Output[description["loss"].pop("output")]
    network = Network(
        description["sizes"],
        activation=instance(description["activation"]),
        loss=instance({**description["loss"], "output": output}),
        initializer=StandardNormal(bias_std=0.0),
        rng=np.random.default_rng(0),
        dtype=parameters.dtype,
    )
    network.parameters[:] = parameters
    return network


class NetworkModel(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined,misc]
    """Maps pixels ``[n, sizes[0]]`` in [0, 1] to output activations ``[n, sizes[-1]]``."""

    def load_context(self, context: Any) -> None:
        """Load the network from the model's artifacts."""
        self.network = load_network(context.artifacts["network"])

    def predict(
        self,
        context: Any,
        model_input: np.ndarray,
        params: dict[str, Any] | None = None,
    ) -> npt.NDArray[Any]:
        """Return the output activations; MLflow has checked shape and type."""
        return self.network.predict(model_input)


mlflow.models.set_model(NetworkModel())
