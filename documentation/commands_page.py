"""The page of all commands: their own help texts."""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from experiments.cli.main import parser
from experiments.configuration import PROJECT

COLUMNS = "100"


def commands_page() -> str:
    """Return the page in Markdown."""
    return "\n".join(_sections()) + "\n"


def _sections() -> Iterator[str]:
    yield "# Commands\n\nThis page is generated: it has the help texts of the programs.\n"
    yield f"## `run.py`\n\n```text\n{_help_of_run()}```\n"
    with patch.dict(os.environ, _as_if_activated()):
        top = parser()
        yield f"## `experiments`\n\n```text\n{top.format_help()}```\n"
        for name, command in _commands(top).items():
            yield f"### `experiments {name}`\n\n```text\n{command.format_help()}```\n"


def _commands(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers of the commands, by name."""
    (actions,) = (each for each in top._actions if isinstance(each, argparse._SubParsersAction))
    return dict(actions.choices)


def _help_of_run() -> str:
    return subprocess.run(
        [sys.executable, "run.py", "--help"],
        cwd=PROJECT,
        env={**os.environ, **_as_if_activated()},
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def _as_if_activated() -> dict[str, str]:
    """Return variables with which the examples of a help text name no folder of this machine."""
    programs = str(Path(sys.executable).parent)
    path = os.pathsep.join([programs, os.environ.get("PATH", os.defpath)])
    return {"COLUMNS": COLUMNS, "PATH": path}
