"""A sweep on a cluster of Dask: workers that refuse, data that travel, runs that fail."""

import os
import shutil
import signal
from pathlib import Path

import dask_cluster
import harness
import jobs
import pytest
from dask_cluster import DaskCluster
from harness import ENDLESS, NOT_TRACKED, PROJECT, SMALL

pytestmark = [dask_cluster.needs_dask, pytest.mark.stress]

SWEEP = (*SMALL, NOT_TRACKED, "seed=1,2,3")


def other_code(folder: Path) -> str:
    """Return the PYTHONPATH of a copy of this project in which a cost has another formula."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PROJECT / "src", folder / "src", ignore=ignored)
    losses = folder / "src" / "nn" / "losses.py"
    text = losses.read_text(encoding="utf-8")
    changed = text.replace("0.5 *", "0.25 *", 1)
    assert changed != text
    losses.write_text(changed, encoding="utf-8")
    return str(folder / "src")


def no_project(folder: Path) -> str:
    """Return the PYTHONPATH of a machine that does not have this project."""
    package = folder / "src" / "experiments"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('no such project here')")
    return str(folder / "src")


def test_a_worker_with_other_code_does_no_run(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with DaskCluster(tmp_path / "cluster", workers=1) as cluster:
        bad = cluster.add_worker("bad", PYTHONPATH=other_code(tmp_path / "other"))
        output = harness.run(outputs, *cluster.options, *SWEEP)
        assert "Traceback" not in bad.output
    (line,) = (line for line in output.splitlines() if "gets no run" in line)
    assert "has other code or packages than the submitting side: code was" in line
    assert "died" not in output  # a worker that refuses has not died
    for folder in harness.jobs(outputs).values():
        assert harness.events(folder)[-1]["status"] == "finished"
        assert harness.events(folder, "resume") == []


@pytest.mark.parametrize(
    ("path", "why"),
    [
        (other_code, "has other code or packages"),
        (no_project, "cannot import this project: no such"),
    ],
)
def test_a_cluster_that_refuses_altogether_ends_the_sweep(
    path: object, why: str, tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    with DaskCluster(tmp_path / "cluster", workers=0) as cluster:
        cluster.add_worker("bad", PYTHONPATH=path(tmp_path / "other"))  # type: ignore[operator]
        with harness.start(outputs, *cluster.options, *SWEEP) as client:
            assert client.wait() == 1, client.output
        (line,) = harness.errors(client.output)
        assert why in line
        assert not (outputs / "runs").exists()


def test_workers_that_join_later_are_judged_too(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with (
        DaskCluster(tmp_path / "cluster", workers=0) as cluster,
        harness.start(outputs, *cluster.options, *SWEEP) as client,
    ):
        harness.wait_for(lambda: "3 runs" in client.output, "first line of the sweep")
        cluster.add_worker("bad", PYTHONPATH=no_project(tmp_path / "other"))
        assert client.wait() == 1, client.output
    (line,) = harness.errors(client.output)
    assert "every worker refuses these runs" in line


def test_an_address_without_a_scheduler_is_named(tmp_path: Path) -> None:
    for word, message in (
        ("hydra.launcher.scheduler=tcp://127.0.0.1:9", "tcp://127.0.0.1:9: no scheduler of Dask"),
        ("hydra.launcher.scheduler=null", "needs the address of a scheduler"),
        ("hydra.launcher.retries=-1", "hydra.launcher.retries must be 0 or more, not -1"),
        ("hydra.launcher.time_limit=0", "must be a number of seconds above 0, not 0"),
        ("hydra.launcher.fail_fast=2", "must be true or false, not 2"),
    ):
        with harness.start(tmp_path / "o", "-m", "hydra/launcher=dask", word, *SWEEP) as client:
            assert client.wait() == 1, client.output
        (line,) = harness.errors(client.output)
        assert message in line


# Data


def test_data_come_once_to_a_host_that_does_not_have_them(tmp_path: Path) -> None:
    """The folder of the data is relative, so that it exists only where the command is given."""
    home, outputs = tmp_path / "home", tmp_path / "outputs"
    jobs.write_data(home / "data")
    words = ("dataset=folder", "dataset.root=data", "dataset.validation_size=20", NOT_TRACKED)
    sweep = (*words, "architecture.sizes=[4,5,3]", "seed=1,2")
    harness.run(tmp_path / "local", "-m", "epochs=3", *sweep, cwd=home)
    with DaskCluster(tmp_path / "cluster") as cluster:
        harness.run(outputs, *cluster.options, "epochs=3", *sweep, cwd=home)
        shutil.rmtree(tmp_path / "cluster" / "cache")
        endless = (*cluster.options, "epochs=100000", *sweep)
        with harness.start(tmp_path / "endless", *endless, cwd=home):
            harness.wait_for(lambda: len(_mapping(cluster)) == 2, "runs that map the data")
        cache = tmp_path / "cluster" / "cache"
        assert len(list(cache.glob("*/files"))) == 1
        assert len(list(cache.glob("*/*/train_images.npy"))) == 1
    for name, folder in harness.jobs(outputs).items():
        assert harness.results(folder) == harness.results(harness.jobs(tmp_path / "local")[name])
        assert harness.events(folder, "start")[0]["dataset"]["root"] == "data"


def _mapping(cluster: DaskCluster) -> set[str]:
    """Return the workers of which a process has the images of the cache mapped into memory."""
    return {
        name
        for name, worker in cluster.workers.items()
        for pid in worker.processes()
        if "train_images.npy" in dask_cluster.maps(pid)
    }


# Runs that fail


def test_a_run_whose_worker_dies_too_often_has_failed(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with (
        DaskCluster(tmp_path / "cluster", workers=3) as cluster,
        harness.start(
            outputs, *cluster.options, *ENDLESS, NOT_TRACKED, "seed=1", "hydra.launcher.retries=1"
        ) as client,
    ):
        (folder,) = harness.wait_for_jobs(outputs).values()
        harness.wait_for_epoch(folder)
        dask_cluster.kill(cluster.busy())
        harness.wait_for_events("resume", 1, folder)
        dask_cluster.kill(cluster.busy())
        assert client.wait() == 1, client.output
    end = harness.events(folder)[-1]
    assert end["status"] == "failed"
    assert end["message"].startswith("its worker died 2 times (hydra.launcher.retries=1), the last")
    assert "1 of 1 runs failed" in harness.errors(client.output)[0]


def test_a_run_that_takes_too_long_has_failed_and_the_others_go_on(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    sweep = ("epochs=100000,2", *ENDLESS[1:], NOT_TRACKED, "hydra.launcher.time_limit=2")
    with DaskCluster(tmp_path / "cluster", workers=1) as cluster:
        with harness.start(outputs, *cluster.options, *sweep) as client:
            assert client.wait() == 1, client.output
        runs = harness.jobs(outputs)
        ends = {name: harness.events(folder)[-1] for name, folder in runs.items()}
        long, short = ends.values()
        assert short["status"] == "finished"
        assert long["status"] == "failed"
        limit = "took longer than hydra.launcher.time_limit=2 seconds on "
        assert long["message"].startswith(limit)
        assert "was done by the worker w0" in client.output


def test_the_first_failure_ends_the_sweep_if_that_is_wanted(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    sweep = ("architecture.sizes=[784,30,10],[784,100000000000,10]", *ENDLESS, NOT_TRACKED)
    with (
        DaskCluster(tmp_path / "cluster") as cluster,
        harness.start(outputs, *cluster.options, *sweep, "hydra.launcher.fail_fast=true") as client,
    ):
        assert client.wait() == 1, client.output
    (line,) = harness.errors(client.output)
    assert "1 of 2 runs failed" in line
    assert "1 of 2 runs did not finish" in line


def test_a_run_whose_process_is_killed_leaves_its_worker_alone(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with DaskCluster(tmp_path / "cluster", workers=1) as cluster:
        options = (*cluster.options, *ENDLESS, NOT_TRACKED)
        with harness.start(outputs, *options, "seed=1") as client:
            (folder,) = harness.wait_for_jobs(outputs).values()
            harness.wait_for_epoch(folder)
            before = set(cluster.workers["w0"].processes())
            os.kill(max(dask_cluster.runs_of(cluster.workers["w0"])), signal.SIGKILL)
            assert client.wait() == 1, client.output
        assert "its process was ended by SIGKILL" in client.output
        assert len(before & set(cluster.workers["w0"].processes())) >= len(before) - 1
        output = harness.run(tmp_path / "next", *cluster.options, *SMALL, NOT_TRACKED, "seed=9")
        assert "finished" in output
