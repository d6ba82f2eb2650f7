"""The folders of this project, and how paths are written in messages."""

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
"""The folder of this project."""
CONF = PROJECT / "conf"
"""The folder of the configuration files."""


def shown(path: Path) -> str:
    """Return a path for a message: relative to this project or to the working directory."""
    for folder in (PROJECT, Path.cwd()):
        if path.is_relative_to(folder):
            return os.path.relpath(path, folder)
    return str(path)
