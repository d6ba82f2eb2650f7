"""`hydra/launcher=slurm`: SLURM starts the workers of a sweep, and has none left after it."""

import re
from pathlib import Path

import dask_cluster
import harness
import pytest
import slurm
from harness import ENDLESS, NOT_TRACKED, SMALL

pytestmark = [dask_cluster.needs_dask, slurm.needs_slurm, pytest.mark.stress]

EIGHT = (*SMALL, NOT_TRACKED, "seed=range(8)")
LAUNCHER = (
    *("-m", "hydra/launcher=slurm", "hydra.launcher.jobs=2", "hydra.launcher.memory=500MiB"),
    *("hydra.launcher.queue=all", "hydra.launcher.walltime=00:10:00"),
)


def test_a_sweep_of_eight_goes_through_sbatch(tmp_path: Path) -> None:
    local, outputs = tmp_path / "local", tmp_path / "outputs"
    harness.run(local, "-m", *EIGHT)
    with slurm.Slurm(tmp_path / "slurm") as queue:
        harness.run(outputs, *LAUNCHER, *EIGHT, **queue.environment)
        harness.wait_for(lambda: not queue.jobs(), "end of the workers")
        done = re.findall(r"_slurm_rpc_submit_batch_job: JobId=(\d+)", controller(queue))
    assert len(done) == 2
    for name, folder in harness.jobs(outputs).items():
        assert harness.results(folder) == harness.results(harness.jobs(local)[name])


def test_an_interrupted_sweep_leaves_no_job(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with slurm.Slurm(tmp_path / "slurm") as queue:
        options = (*LAUNCHER, *ENDLESS, NOT_TRACKED, "seed=1,2")
        with harness.start(outputs, *options, **queue.environment) as client:
            harness.wait_for_epoch(*harness.wait_for_jobs(outputs).values())
            assert queue.jobs() == ["RUNNING", "RUNNING"]
            client.ctrl_c()
            assert client.wait() == 130, client.output
        harness.wait_for(lambda: not queue.jobs(), "end of the workers")
    for folder in harness.jobs(outputs).values():
        assert harness.events(folder)[-1]["status"] == "interrupted"


def controller(queue: slurm.Slurm) -> str:
    """Return what SLURM's controller has logged."""
    return (queue.folder / "slurmctld.out").read_text(encoding="utf-8")
