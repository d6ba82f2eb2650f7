"""Fixtures of the tests of the data."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from idx_files import arrays, write


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the data set that `idx_files.arrays` returns."""
    root = tmp_path_factory.mktemp("made")
    write(root, arrays())
    return root


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may read. The folders of pytest are for their owner only."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
