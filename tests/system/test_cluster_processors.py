"""A run whose worker died goes on at another kind of processor: it begins again, and says so."""

from pathlib import Path

import dask_cluster
import harness
import pytest
from dask_cluster import DaskCluster
from harness import NOT_TRACKED

pytestmark = [dask_cluster.needs_dask, pytest.mark.stress]

RUN = ("epochs=12", "dataset.train_size=20000", "dataset.validation_size=1000", NOT_TRACKED)


@pytest.fixture
def other() -> dict[str, str]:
    """The environment in which OpenBLAS takes the kernels of another kind of processor."""
    return {"OPENBLAS_CORETYPE": "Nehalem"}


def test_a_run_begins_again_at_another_kind_of_processor(
    other: dict[str, str], tmp_path: Path
) -> None:
    outputs, there = tmp_path / "outputs", tmp_path / "there"
    harness.run(there, *RUN, "seed=1", **other)
    with (
        DaskCluster(tmp_path / "cluster", workers=1) as cluster,
        harness.start(outputs, *cluster.options, *RUN, "seed=1") as client,
    ):
        (folder,) = harness.wait_for_jobs(outputs).values()
        harness.wait_for_events("epoch", 2, folder)
        cluster.add_worker("w1", **other)
        dask_cluster.kill(cluster.workers["w0"])
        assert client.wait() == 0, client.output
    assert harness.results(folder) == harness.results(there)
    (note,) = harness.events(folder, "note")
    assert note["message"].startswith("begins again: its checkpoint was made on another kind of")
    assert "blas=Nehalem" in note["message"]
    assert note["message"] in client.output
    assert len(harness.events(folder.with_name(f"{folder.name}.1"), "epoch")) >= 2
