"""The secrets of the server: from the environment, or from a file that only its owner can read."""

import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

from experiments.errors import UserError

PASSWORD = "MLFLOW_AUTH_ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
KEY = "MLFLOW_FLASK_SERVER_SECRET_KEY"
NAMES = (PASSWORD, KEY)
"""MLflow's own variables: the administrator's first password, and the key that signs forms."""


def read_or_make(file: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the secrets by their names: from ``given``, else from the file.

    Those that neither has are made and added to the file. Raise UserError if others can read it.
    """
    found = {**_read(file), **{name: given[name] for name in NAMES if given.get(name)}}
    made = {name: secrets.token_urlsafe(24) for name in NAMES if name not in found}
    if made:
        _add(file, made)
    return {**found, **made}


def has_password(file: Path, given: Mapping[str, str]) -> bool:
    """Return whether the administrator's password is known already."""
    return bool(given.get(PASSWORD)) or PASSWORD in _read(file)


def _read(file: Path) -> dict[str, str]:
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    if stat.S_IMODE(file.stat().st_mode) & 0o077:
        raise UserError(f"{file}: other users can read these secrets; type: chmod 600 {file}")
    pairs = (line.partition("=") for line in text.splitlines())
    return {name: value for name, _, value in pairs if name in NAMES and value}


def _add(file: Path, made: Mapping[str, str]) -> None:
    """Add secrets to the file. It has its mode from its creation on."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as opened:
        opened.writelines(f"{name}={value}\n" for name, value in made.items())
