"""A sweep on a cluster of Dask: real schedulers and workers, of which some are killed."""

from pathlib import Path

import dask_cluster
import harness
import pytest
from dask_cluster import DaskCluster
from harness import NOT_TRACKED, SMALL

pytestmark = dask_cluster.needs_dask

SWEEP = (*SMALL, NOT_TRACKED, "seed=range(4)")


def results(outputs: Path) -> dict[str, object]:
    """Return the results of the runs of the only sweep, by name."""
    return {name: harness.results(folder) for name, folder in harness.jobs(outputs).items()}


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The outputs folder of the same sweep on this machine."""
    outputs = tmp_path_factory.mktemp("local") / "outputs"
    harness.run(outputs, "-m", *SWEEP)
    return outputs


def test_a_cluster_gives_the_bits_of_one_machine(local: Path, tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with DaskCluster(tmp_path / "cluster") as cluster:
        output = harness.run(outputs, *cluster.options, *SWEEP)
    assert results(outputs) == results(local)
    assert "4 runs, 2 processes at a time" in output
