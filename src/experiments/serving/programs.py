"""The programs of PostgreSQL: where they are, and as whom they run."""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from experiments.errors import UserError

DEBIAN = Path("/usr/lib/postgresql")
"""Debian has the programs of each version in a folder VERSION/bin of their own."""
ADDRESS_VARIABLE = "MLFLOW_BACKEND_STORE_URI"
INSTEAD = f"or give the address of a database in {ADDRESS_VARIABLE}"
ACCOUNT = "postgres"
"""The user that a package of PostgreSQL creates. Its programs refuse to run as root."""


def find_programs(version: str | None = None) -> Path:
    """Return the folder of PostgreSQL's programs: of a major version, or the newest.

    Raise UserError if they are not installed.
    """
    found = {_version(folder): folder for folder in reversed(_folders())}
    if version is None and found:
        return found[max(found, key=int)]
    if version in found:
        return found[version]
    what = f"PostgreSQL {version}, which made the database here," if version else "PostgreSQL"
    raise UserError(f"{what} is not installed; on Debian: apt-get install postgresql; {INSTEAD}")


def _folders() -> list[Path]:
    on_path = shutil.which("pg_ctl")
    first = [Path(on_path).resolve().parent] if on_path else []
    return first + [path.parent for path in DEBIAN.glob("*/bin/pg_ctl")]


@cache
def _version(folder: Path) -> str:
    """Return the major version of the programs in a folder, such as `15`."""
    printed = subprocess.run(
        [folder / "pg_ctl", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"\) (\d+)", printed)
    return found[1] if found else "0"


def account() -> pwd.struct_passwd | None:
    """Return the account that PostgreSQL runs as; None if it is that of this process.

    Raise UserError for root without the account of PostgreSQL's package.
    """
    if os.geteuid():
        return None
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        raise UserError(
            f"PostgreSQL refuses to run as root, and there is no user {ACCOUNT} to run it;"
            f" start this as another user, {INSTEAD}"
        ) from None


def execute(
    command: Sequence[str], folder: Path, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Execute a program of PostgreSQL in a folder, with ``text`` as its input."""
    owner = account()
    return subprocess.run(
        command,
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
