"""The environment of a run: commit, host, platform, versions."""

import getpass
import importlib.metadata
import os
import platform
import socket
import subprocess
from functools import lru_cache
from pathlib import Path

from experiments.configuration import PROJECT

PACKAGES = ("numpy", "hydra-core", "omegaconf", "mlflow")


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """Return commit, host, user, platform and versions, each as a string.

    Outside a git checkout the commit is missing.
    """
    versions = {f"version.{name}": importlib.metadata.version(name) for name in PACKAGES}
    return {
        **_commit(PROJECT),
        "host": socket.gethostname(),
        "user": _user(),
        "platform": platform.platform(),
        "processors": str(os.cpu_count()),
        "blas.coretype": os.environ.get("OPENBLAS_CORETYPE", "default"),
        "version.python": platform.python_version(),
        **versions,
    }


def _user() -> str:
    """Return the user's name, or the user's number in a container that has no names."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _commit(folder: Path) -> dict[str, str]:
    """Return the commit of a checkout, and whether files have been changed since."""

    def git(*arguments: str) -> str:
        command = ["git", "-C", str(folder), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        return {
            "git.commit": git("rev-parse", "HEAD"),
            "git.dirty": str(bool(git("status", "--porcelain"))).lower(),
        }
    except (OSError, subprocess.CalledProcessError):
        return {}
