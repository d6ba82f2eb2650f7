"""The MLflow model of a network. MLflow stores this file and the package `nn` with the network.

So the model can be loaded without this project, and no pickle is needed ("models from code" in
MLflow's documentation).
"""

from pathlib import Path
from typing import Any

import mlflow.pyfunc
import numpy as np
import numpy.typing as npt


class NetworkModel(mlflow.pyfunc.PythonModel):  # type: ignore[name-defined,misc]
    """Maps pixels ``[n, sizes[0]]`` in [0, 1] to output activations ``[n, sizes[-1]]``."""

    def load_context(self, context: Any) -> None:
        """Load the network from the artifacts of the model."""
        import nn  # stored with the model

        self.network = nn.load(Path(context.artifacts["network"]).read_bytes())

    def predict(
        self,
        context: Any,
        model_input: np.ndarray,
        params: dict[str, Any] | None = None,
    ) -> npt.NDArray[Any]:
        """Return the output activations; MLflow has checked shape and type."""
        return self.network.predict(model_input)


mlflow.models.set_model(NetworkModel())
