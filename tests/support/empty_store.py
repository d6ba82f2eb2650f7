"""Empty SQLite stores. MLflow creates one by all its migrations, which take more than a second."""

import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path


def write_empty_store(path: Path) -> None:
    """Write a store without runs, as MLflow creates it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_contents())


@cache
def _contents() -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the packages that MLflow imports
        from experiments.mirror import open_store

        folder = Path(tempfile.mkdtemp())
        open_store(f"sqlite:///{folder}/mlflow.db")
    contents = (folder / "mlflow.db").read_bytes()
    shutil.rmtree(folder)
    return contents
