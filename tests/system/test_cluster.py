"""A sweep on a cluster of Dask: real schedulers and workers, of which some are killed."""

from pathlib import Path

import dask_cluster
import harness
import pytest
from dask_cluster import DaskCluster
from harness import EXPERIMENTS, NOT_TRACKED, SMALL, Program

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


# Processes that die

LONG = ("epochs=12", "dataset.train_size=20000", "dataset.validation_size=1000", NOT_TRACKED)
TWO = (*LONG, "optimizer=adam", "seed=1,2")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The results of two longer runs on this machine."""
    outputs = tmp_path_factory.mktemp("undisturbed") / "outputs"
    harness.run(outputs, "-m", *TWO)
    return results(outputs)


def wait_for_epochs(outputs: Path, n: int) -> None:
    """Wait until both runs of the sweep have so many epochs at home."""
    harness.wait_for_events("epoch", n, *harness.wait_for_jobs(outputs).values())


def resumes(outputs: Path) -> int:
    """Return how often the runs of the sweep have been resumed."""
    return sum(len(harness.events(folder, "resume")) for folder in harness.jobs(outputs).values())


def epochs(outputs: Path) -> list[int]:
    """Return the numbers of the epochs in all journals of the sweep."""
    folders = harness.jobs(outputs).values()
    return [event["epoch"] for folder in folders for event in harness.events(folder, "epoch")]


def status(outputs: Path) -> list[str]:
    """Return the statuses that `experiments status` prints of the runs of the sweep."""
    command = [EXPERIMENTS, "status", "--outputs", outputs]
    with Program(command, outputs.with_suffix(".status.log")) as program:
        assert program.wait() == 0, program.output
    return [row[1] for row in harness.table(program.output)]


@pytest.mark.stress
def test_a_run_whose_worker_died_goes_on_elsewhere(
    undisturbed: dict[str, object], tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    with (
        DaskCluster(tmp_path / "cluster", workers=3) as cluster,
        harness.start(outputs, *cluster.options, *TWO) as client,
    ):
        wait_for_epochs(outputs, 2)
        assert status(outputs) == ["running", "running"]
        dask_cluster.kill(cluster.busy())
        assert client.wait() == 0, client.output
    assert results(outputs) == undisturbed
    assert epochs(outputs) == [*range(1, 13)] * 2
    assert resumes(outputs) == 1
    (resume,) = (
        event
        for folder in harness.jobs(outputs).values()
        for event in harness.events(folder, "resume")
    )
    assert resume["epoch"] >= 2  # what was at home is not lost
    assert "died; goes on at" in client.output


@pytest.mark.stress
def test_the_same_command_joins_runs_whose_client_was_killed(
    undisturbed: dict[str, object], tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    with DaskCluster(tmp_path / "cluster") as cluster:
        with harness.start(outputs, *cluster.options, *TWO):
            wait_for_epochs(outputs, 1)
        harness.run(outputs, *cluster.options, *TWO)
        assert cluster.kept() == []
    assert results(outputs) == undisturbed
    assert resumes(outputs) == 0  # they went on meanwhile


@pytest.mark.stress
def test_an_interrupted_client_stops_its_runs(
    undisturbed: dict[str, object], tmp_path: Path
) -> None:
    outputs = tmp_path / "outputs"
    with DaskCluster(tmp_path / "cluster") as cluster:
        with harness.start(outputs, *cluster.options, *TWO) as client:
            wait_for_epochs(outputs, 1)
            client.ctrl_c()
            assert client.wait() == 130, client.output
        assert cluster.kept() == []
        for folder in harness.jobs(outputs).values():
            end = harness.events(folder)[-1]
            assert end["status"] == "interrupted"
            assert end["message"].startswith("stopped by SIGTERM after epoch")
            assert (folder / "checkpoint.npz").is_file()
        done = len(epochs(outputs))
        harness.run(outputs, *cluster.options, *TWO)
    assert done < 24
    assert results(outputs) == undisturbed
    assert resumes(outputs) == 2


@pytest.mark.stress
def test_two_clients_share_the_runs_of_a_cluster(
    undisturbed: dict[str, object], tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with (
        DaskCluster(tmp_path / "cluster") as cluster,
        harness.start(first, *cluster.options, *TWO) as one,
    ):
        wait_for_epochs(first, 1)
        with harness.start(second, *cluster.options, *TWO) as other:
            assert one.wait() == 0, one.output
            assert other.wait() == 0, other.output
    assert results(first) == results(second) == undisturbed
    for name, folder in harness.jobs(first).items():
        assert harness.events(folder) == harness.events(harness.jobs(second)[name])  # done once


@pytest.mark.stress
def test_a_client_that_leaves_takes_no_run_from_another(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    sweep = ("epochs=50", *TWO[1:])
    with (
        DaskCluster(tmp_path / "cluster") as cluster,
        harness.start(first, *cluster.options, *sweep) as one,
    ):
        wait_for_epochs(first, 1)
        with harness.start(second, *cluster.options, *sweep) as other:
            wait_for_epochs(second, 1)
            other.ctrl_c()
            assert other.wait(20) == 130, other.output
        assert other.output.count("goes on for another client") == 2
        assert one.wait() == 0, one.output
    for folder in harness.jobs(first).values():
        assert harness.events(folder)[-1]["status"] == "finished"
    assert resumes(first) == 0


@pytest.mark.stress
def test_the_cluster_keeps_a_run_until_its_last_client_leaves(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    sweep = ("epochs=300", *TWO[1:])
    with DaskCluster(tmp_path / "cluster") as cluster:
        with harness.start(first, *cluster.options, *sweep) as one:
            wait_for_epochs(first, 1)
            with harness.start(second, *cluster.options, *sweep):
                wait_for_epochs(second, 1)
                one.ctrl_c()
                assert one.wait(20) == 130, one.output
            # the other client was killed: nobody is left, and nobody has given the runs up
        with harness.start(second, *cluster.options, *sweep) as again:
            before = max(epochs(second))
            wait_for_epochs(second, before + 1)
            assert resumes(second) == 0  # they went on meanwhile
            again.ctrl_c()
            assert again.wait(40) == 130, again.output
        assert cluster.kept() == []
    for folder in harness.jobs(second).values():
        assert harness.events(folder)[-1]["status"] == "interrupted"


@pytest.mark.stress
def test_a_sweep_survives_the_scheduler(undisturbed: dict[str, object], tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    with (
        DaskCluster(tmp_path / "cluster") as cluster,
        harness.start(outputs, *cluster.options, *TWO) as client,
    ):
        wait_for_epochs(outputs, 2)
        dask_cluster.kill(cluster.scheduler)
        assert client.wait(30) == 1, client.output
        (line,) = harness.errors(client.output)
        assert line.startswith(f"error: {cluster.address}: the scheduler does not answer any more")
    with DaskCluster(tmp_path / "new cluster") as cluster:
        harness.run(outputs, *cluster.options, *TWO)
    assert results(outputs) == undisturbed
    assert resumes(outputs) == 2
