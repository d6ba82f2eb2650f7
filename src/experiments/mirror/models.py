"""A trained network as an MLflow model, logged without MLflow's global active run."""

import tempfile
from pathlib import Path

import mlflow
import numpy as np
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Run
from mlflow.models import Model, ModelSignature
from mlflow.types import Schema, TensorSpec

import nn
from experiments.recording import RecordedConfig

NAME = "model"
PYFUNC_MODEL = str(Path(__file__).with_name("pyfunc_model.py"))
"""The code of the model. MLflow imports it; here that would print a warning of MLflow's."""


def log(
    client: MlflowClient, run: Run, network: Path, config: RecordedConfig, *, step: int
) -> None:
    """Log the file `network.npz` of a run as its model, unless the run has one."""
    run_id = run.info.run_id
    if run.outputs and run.outputs.model_outputs:
        return
    unfinished = client.search_logged_models(
        [run.info.experiment_id], f"source_run_id = '{run_id}'", max_results=1
    )  # of a process that was killed
    logged = (
        unfinished[0]
        if unfinished
        else client.create_logged_model(run.info.experiment_id, NAME, run_id)
    )
    model = Model(
        artifact_path=logged.artifact_location,
        model_uuid=logged.model_id,
        run_id=run_id,
        model_id=logged.model_id,
    )
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder) / NAME, network, config.architecture.sizes, config.dtype, model)
        client.log_model_artifacts(logged.model_id, f"{folder}/{NAME}")
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step)])


def save(
    folder: Path, network: Path, sizes: list[int], dtype: str, model: Model | None = None
) -> None:
    """Write an MLflow model to a folder: network, package `nn`, signature and input example."""
    mlflow.pyfunc.save_model(
        folder,
        mlflow_model=model,
        python_model=PYFUNC_MODEL,
        artifacts={"network": str(network)},
        code_paths=[str(Path(nn.__file__).parent)],
        signature=ModelSignature(
            Schema([TensorSpec(np.dtype(dtype), (-1, sizes[0]))]),
            Schema([TensorSpec(np.dtype(dtype), (-1, sizes[-1]))]),
        ),
        input_example=np.zeros((1, sizes[0]), dtype),
        pip_requirements=[f"mlflow=={mlflow.__version__}", f"numpy=={np.__version__}"],
    )


def warm_up() -> None:
    """Save a model once, while a run trains: the first time is slow."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty"
        empty.touch()
        save(Path(folder) / NAME, empty, [1, 1], "float32")
