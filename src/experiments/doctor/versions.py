"""The versions of Python and of the packages that decide results and records."""

import importlib.metadata
import platform

PACKAGES = ("numpy", "hydra-core", "mlflow")


def versions() -> dict[str, str]:
    """Return the installed versions by name."""
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"Python": platform.python_version(), **packages}
