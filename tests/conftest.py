"""The order of the tests, the profile of hypothesis, and the report on a missing browser."""

import os
import subprocess
import sys
from pathlib import Path

import properties  # noqa: F401 - registers the profiles
import pytest
from chromium import pytest_terminal_summary  # noqa: F401 - pytest calls it
from hypothesis import settings
from permissions import open_folder  # noqa: F401 - a fixture

settings.load_profile("all")
PROGRAMS = str(Path(sys.executable).parent)
os.environ["PATH"] = os.pathsep.join([PROGRAMS, os.environ.get("PATH", os.defpath)])
"""The environment is activated, so that recommended commands are short on every machine."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--changed-first", action="store_true", help="begin with the rooms that have changed"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests: those in a room with changes since the last commit come first.

    `make test` looks for tests that fork in one folder only, as it collects the others before.
    """
    for item in items:
        if item.get_closest_marker("forks") and item.path.parent.name != "sweeping":
            raise pytest.UsageError(f"{item.nodeid}: tests that fork belong to tests/unit/sweeping")
    if config.getoption("--changed-first"):
        command = ["git", "status", "--porcelain", "--untracked-files=all"]
        status = subprocess.run(command, capture_output=True, text=True, check=False)
        changed = {Path(line[3:]).parent.name for line in status.stdout.splitlines()}
        items.sort(key=lambda item: item.path.parent.name not in changed)
