"""A trained network as an MLflow model, logged without MLflow's global active run."""

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import mlflow
import numpy as np
import yaml
from mlflow import MlflowClient
from mlflow.entities import LoggedModelOutput, Run
from mlflow.models import Model, ModelSignature
from mlflow.models.model import MLMODEL_FILE_NAME
from mlflow.types import Schema, TensorSpec

import nn
from experiments.recording import NETWORK, RecordedConfig

NAME = "model"
NETWORK_FILE = f"artifacts/{NETWORK}"
"""Where a model has the network."""
PYFUNC_MODEL = str(Path(__file__).with_name("pyfunc_model.py"))
"""The code of the model. MLflow imports it; here that would print a warning of MLflow's."""


def log(
    client: MlflowClient,
    run: Run,
    network: Path,
    config: RecordedConfig,
    labels: Sequence[str],
    *,
    step: int,
) -> None:
    """Log the file `network.npz` of a run as its model, unless the run has one.

    ``labels`` are the names of the classes, which become the model's metadata `classes`.
    """
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
        metadata={"classes": list(labels)},
    )
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder) / NAME, network, config.architecture.sizes, config.dtype, model)
        client.log_model_artifacts(logged.model_id, f"{folder}/{NAME}")
    client.finalize_logged_model(logged.model_id, "READY")
    client.log_outputs(run_id, [LoggedModelOutput(logged.model_id, step)])


def save(
    folder: Path, network: Path, sizes: list[int], dtype: str, model: Model | None = None
) -> None:
    """Write an MLflow model to a folder: network, package `nn`, signature and input example.

    ``model`` gives it its ids and its metadata.
    """
    contents = network.read_bytes()
    files = _files(sizes[0], sizes[-1], dtype)
    for name, content in {**files, NETWORK_FILE: contents}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    described = Model.from_dict(yaml.safe_load(files[MLMODEL_FILE_NAME]))
    described.flavors["python_function"]["artifacts"]["network"]["uri"] = str(network)
    described.model_size_bytes = (described.model_size_bytes or 0) + len(contents)
    if model is not None:
        described.artifact_path, described.run_id = model.artifact_path, model.run_id
        described.model_uuid, described.model_id = model.model_uuid, model.model_id
        described.utc_time_created, described.metadata = model.utc_time_created, model.metadata
    described.save(str(folder / MLMODEL_FILE_NAME))


@cache
def _files(n_in: int, n_out: int, dtype: str) -> dict[str, bytes]:
    """Return the files of a model with an empty network, by their names.

    MLflow takes some 30 ms to write them, so that is done once for all networks of this shape.
    """
    with tempfile.TemporaryDirectory() as temporary:
        empty, folder = Path(temporary) / Path(NETWORK_FILE).name, Path(temporary) / NAME
        empty.touch()
        mlflow.pyfunc.save_model(
            folder,
            python_model=PYFUNC_MODEL,
            artifacts={"network": str(empty)},
            code_paths=[str(Path(nn.__file__).parent)],
            signature=ModelSignature(
                Schema([TensorSpec(np.dtype(dtype), (-1, n_in))]),
                Schema([TensorSpec(np.dtype(dtype), (-1, n_out))]),
            ),
            input_example=np.zeros((1, n_in), dtype),
            pip_requirements=[f"mlflow=={mlflow.__version__}", f"numpy=={np.__version__}"],
        )
        found = {
            str(each.relative_to(folder)): each for each in folder.rglob("*") if each.is_file()
        }
        return {name: path.read_bytes() for name, path in found.items()}


def warm_up() -> None:
    """Write a model once, while a run trains: the first time is slow."""
    _files(1, 1, "float32")
