"""Where and with what a run was made."""

import getpass
import importlib.metadata
import os
import platform
import socket
import subprocess
from functools import lru_cache
from pathlib import Path

from experiments.configuration.config import PROJECT

PACKAGES = ("numpy", "hydra-core", "omegaconf", "mlflow")


@lru_cache(maxsize=1)
def environment() -> dict[str, str]:
    """Return commit, host, user, platform and versions, each as a string.

    The commit is missing outside a git checkout.
    """
    versions = {f"version.{name}": importlib.metadata.version(name) for name in PACKAGES}
    return {
        **_git(PROJECT),
        "host": socket.gethostname(),
        "user": _user(),
        "platform": platform.platform(),
        "processors": str(os.cpu_count()),
        "blas.coretype": os.environ.get("OPENBLAS_CORETYPE", "default"),
        "version.python": platform.python_version(),
        **versions,
    }


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an id without a name, as in containers
        return str(os.getuid())


def _git(folder: Path) -> dict[str, str]:
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
