"""Fixtures of the tests of the data."""

from pathlib import Path

import pytest
from idx_files import arrays, write


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the data set that `idx_files.arrays` returns."""
    root = tmp_path_factory.mktemp("made")
    write(root, arrays())
    return root
