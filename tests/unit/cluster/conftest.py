"""A cluster of Dask in the process of the tests, for the modules that talk to one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a scheduler with one worker, both in this process."""
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("EXPERIMENTS_CACHE", str(tmp_path / "cache"))
    with (
        distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            dashboard_address=":0",  # another process of the tests may have the default port
            local_directory=str(tmp_path / "worker"),
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client
