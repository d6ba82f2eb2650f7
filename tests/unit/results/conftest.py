"""Fixtures of the tests of results."""

from pathlib import Path

import pytest
import recorded_runs


@pytest.fixture(scope="session")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outputs folder with the runs of `recorded_runs`. Do not change it."""
    folder = tmp_path_factory.mktemp("results") / "outputs"
    recorded_runs.write(folder)
    return folder
