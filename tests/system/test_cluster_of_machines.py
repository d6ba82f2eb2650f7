"""A cluster whose machines share no disk and lose their links: network namespaces."""

from contextlib import ExitStack
from pathlib import Path

import dask_cluster
import harness
import namespaces
import pytest
from dask_cluster import DASK, QUIET, kill
from harness import NOT_TRACKED, Program
from namespaces import Network

pytestmark = [dask_cluster.needs_dask, namespaces.needs_namespaces, pytest.mark.stress]

EPOCHS = 40
SWEEP = (
    *(f"epochs={EPOCHS}", "dataset.train_size=20000", "dataset.validation_size=1000"),
    *("optimizer=sgd,adam", "loss=mse,ce", "seed=1,2", NOT_TRACKED),
)
CUT = 30
"""Seconds without a link."""


class Machines:
    """A scheduler and four workers, each on a machine of its own, where ``home`` is hidden."""

    def __init__(self, network: Network, folder: Path, home: Path) -> None:
        self.stack = ExitStack()
        machine, address = network.add()
        self.address = f"tcp://{address}:8786"
        command = [DASK, "scheduler", "--host", address, *QUIET]
        self.scheduler = self._start(machine, home, command, folder / "scheduler")
        harness.wait_for(lambda: "Scheduler at" in self.scheduler.output, "scheduler")
        self.workers = {}
        for number in range(4):
            machine, address = network.add()
            place = folder / f"w{number}"
            command = [DASK, "worker", self.address, "--host", address, "--nthreads", "1", *QUIET]
            command += ["--name", place.name, "--local-directory", place]
            self.workers[machine] = self._start(machine, home, command, place)
        for worker in self.workers.values():
            harness.wait_for(lambda log=worker: "established" in log.output, "worker")

    def _start(self, machine: str, home: Path, command: list[str | Path], folder: Path) -> Program:
        folder.mkdir(parents=True)
        program = Program(
            namespaces.on(machine, home, *command),
            folder / "log",
            cwd=folder,
            EXPERIMENTS_CACHE=str(folder / "cache"),
        )
        return self.stack.enter_context(program)

    def __enter__(self) -> "Machines":
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    @property
    def options(self) -> list[str]:
        """The words of a command that give a sweep to these machines."""
        return ["-m", "hydra/launcher=dask", f"hydra.launcher.scheduler={self.address}"]

    def busy(self) -> str:
        """Wait for a machine that does a run, and return its name."""
        return harness.wait_for(
            lambda: next((name for name, each in self.workers.items() if _works(each)), None),
            "machine that does a run",
        )


def _works(worker: Program) -> bool:
    return bool(dask_cluster.runs_of(worker))


def n_epochs(outputs: Path) -> int:
    """Return the number of epochs at home."""
    folders = harness.jobs(outputs).values()
    return sum(len(harness.events(folder, "epoch")) for folder in folders)


def test_a_sweep_survives_everything_at_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    local, outputs = home / "local", home / "outputs"
    harness.run(local, "-m", *SWEEP)
    with Network() as network:
        with Machines(network, tmp_path / "first", home) as machines:
            with harness.start(outputs, *machines.options, *SWEEP) as client:
                harness.wait_for_jobs(outputs)
                harness.wait_for(lambda: n_epochs(outputs) >= 8, "epochs at home")
                killed = machines.busy()
                kill(machines.workers.pop(killed))
                with network.cut(machines.busy()):
                    namespaces.wait_seconds(CUT)
                assert client.process.poll() is None, client.output
            with harness.start(outputs, *machines.options, *SWEEP) as client:  # it was killed
                before = n_epochs(outputs)
                harness.wait_for(lambda: n_epochs(outputs) > before, "more epochs at home")
                kill(machines.scheduler)
                assert client.wait(40) == 1, client.output
                assert "the scheduler does not answer any more" in client.output
        assert n_epochs(outputs) < 8 * EPOCHS
        with Machines(network, tmp_path / "second", home) as machines:
            harness.run(outputs, *machines.options, *SWEEP)
    expected = harness.jobs(local)
    for name, folder in harness.jobs(outputs).items():
        assert harness.results(folder) == harness.results(expected[name])
        numbers = [event["epoch"] for event in harness.events(folder, "epoch")]
        assert numbers == [*range(1, EPOCHS + 1)]
