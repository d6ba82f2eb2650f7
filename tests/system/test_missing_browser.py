"""A test run without Chromium ends with the number of tests that it skipped, and the remedy."""

import shutil
import sys
from pathlib import Path

import harness
from harness import Program

TEST = """
import pytest

@pytest.mark.parametrize("n", [1, 2])
def test_of_the_browser(browser, n):
    raise AssertionError("reached")

def test_of_something_else():
    pass
"""


def test_the_skipped_tests_are_counted_and_the_remedy_is_printed_last(tmp_path: Path) -> None:
    tests = harness.PROJECT / "tests"
    for conftest in ("conftest.py", "system/conftest.py"):
        (tmp_path / conftest).parent.mkdir(exist_ok=True)
        shutil.copy(tests / conftest, tmp_path / conftest)
    (tmp_path / "system" / "test_browser.py").write_text(TEST, encoding="utf-8")
    environment = ["env", "--unset=CI", f"PATH={tmp_path}"]
    settings = ["-c", harness.PROJECT / "pyproject.toml", "--rootdir", tmp_path, "-n", "2"]
    command = [*environment, sys.executable, "-m", "pytest", *settings, tmp_path]
    with Program(command, tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        lines = program.output.splitlines()
    assert lines[-3:-1] == [
        "2 tests were skipped: there is no Chromium on the PATH.",
        "To run them, install it: apt-get install chromium",
    ]
    assert "1 passed, 2 skipped" in lines[-1]
