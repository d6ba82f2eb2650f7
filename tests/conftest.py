"""The order of the tests, and the report on tests that need a browser."""

import subprocess
from pathlib import Path

import pytest
from chromium import pytest_terminal_summary  # noqa: F401 - pytest calls it


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--changed-first", action="store_true", help="begin with the rooms that have changed"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the tests: those in a room with changes since the last commit come first."""
    if config.getoption("--changed-first"):
        command = ["git", "status", "--porcelain", "--untracked-files=all"]
        status = subprocess.run(command, capture_output=True, text=True, check=False)
        changed = {Path(line[3:]).parent.name for line in status.stdout.splitlines()}
        items.sort(key=lambda item: item.path.parent.name not in changed)
