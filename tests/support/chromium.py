"""The browser of the tests, and what a test run without a browser reports."""

import os
import shutil
from collections.abc import Iterator

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MISSING = "there is no Chromium on the PATH"
INSTALL = "apt-get install chromium"


def skip_if_missing() -> None:
    """Skip the test if there is no Chromium. In CI the test runs then, and fails."""
    if CHROMIUM is None and "CI" not in os.environ:
        pytest.skip(MISSING)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> Iterator[None]:
    """End the test run with the number of skipped tests, and the command that installs Chromium."""
    result = yield
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if MISSING in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} tests were skipped: {MISSING}.")
        terminalreporter.write_line(f"To run them, install it: {INSTALL}")
    return result
