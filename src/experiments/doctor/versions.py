"""The versions of Python and of the packages that decide results and records."""

import importlib.metadata
import platform
from importlib.util import find_spec

PACKAGES = ("numpy", "scipy", "hydra-core", "mlflow")
OPTIONAL = ("numba", "optuna")
"""The packages of the extras, which need not be installed."""


def versions() -> dict[str, str]:
    """Return the installed versions by name."""
    names = [*PACKAGES, *(name for name in OPTIONAL if find_spec(name) is not None)]
    packages = {name: importlib.metadata.version(name) for name in names}
    return {"Python": platform.python_version(), **packages}
