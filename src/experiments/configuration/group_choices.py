"""The groups of conf/ and the files in them that can be chosen, for `run.py --help`."""

import textwrap
from pathlib import Path

from experiments.configuration.places import CONF
from experiments.configuration.schema import ADDED, CHOSEN_BY_NAME, PARTS

WIDTH = 80


def choosable(group: str, folder: Path = CONF) -> list[str]:
    """Return the names of the files in a group that can be chosen, of conf/ or of a user's folder.

    Those that are only parts of others cannot.
    """
    files = (folder / group).rglob("*.yaml")
    names = sorted(path.relative_to(folder / group).with_suffix("").as_posix() for path in files)
    return [name for name in names if name not in PARTS.get(group, ())]


def group_choices() -> str:
    """Return a line for each group with its choices, and more lines if it is too long."""
    lines = [
        f"{group}: {', '.join(choosable(group))}" for group in sorted((*CHOSEN_BY_NAME, *ADDED))
    ]
    return "\n".join(textwrap.fill(line, WIDTH, subsequent_indent="  ") for line in lines)
