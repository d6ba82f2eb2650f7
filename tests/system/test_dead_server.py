"""An MLflow server that dies: runs continue, and MLflow has everything when it is back."""

import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
from harness import Program, Tracked


class Server:
    """MLflow's own server on an SQLite store, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = harness.uri(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self.port}"
        self._program: Program | None = None

    def start(self) -> None:
        """Start the server and wait for its first answer."""
        command = [sys.executable, "-m", "mlflow", "server", "--workers", "1"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-serve-artifacts"]
        command += ["--backend-store-uri", self.store]
        command += ["--default-artifact-root", str(self.folder / "artifacts")]
        settings = {
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }
        self._program = Program(command, self.folder / "server.log", **settings)
        harness.wait_for(self._answers, "answer of the server")

    def kill(self) -> None:
        """Kill the server, as a crash does."""
        if self._program is not None:
            self._program.__exit__()
            self._program = None

    def tracked(self, outputs: Path) -> list[Tracked]:
        """Return the tracked runs whose records are in an outputs folder."""
        runs = harness.tracked(self.store)
        return [run for run in runs if run.tags.get("folder", "").startswith(str(outputs))]

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/health", timeout=1):
                return True
        except OSError:
            return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs. Each test leaves it running."""
    server = Server(tmp_path_factory.mktemp("server"))
    server.start()
    yield server
    server.kill()


def test_a_sweep_continues_while_the_server_is_dead_and_catches_up_later(server: Server) -> None:
    folder = server.folder / "sweep"
    arguments = ("-m", "seed=1,2", "hydra.launcher.processes=2", *harness.SLOW_AND_ENDLESS)
    with harness.start(folder, *arguments, f"tracking.uri={server.address}") as program:
        jobs = harness.wait_for_jobs(folder).values()
        harness.wait_for(lambda: harness.latest_step(server.store), "epoch in the store")
        server.kill()
        harness.wait_for(lambda: harness.STORE_WARNING in program.output, "warning")
        dead_at = min(map(harness.n_epochs, jobs))
        harness.wait_for(lambda: min(map(harness.n_epochs, jobs)) > dead_at + 10, "more epochs")
        server.start()
        again_at = max(map(harness.n_epochs, jobs))
        harness.wait_for(
            lambda: harness.latest_step(server.store) > again_at, "later epoch in the store"
        )
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
        assert program.output.count(harness.STORE_WARNING) == 1
        assert "and in MLflow" in program.output
    harness.assert_complete(server.tracked(folder), "KILLED", *jobs)


@pytest.mark.stress
def test_a_run_finishes_without_the_server_and_is_synced_later(server: Server) -> None:
    folder = server.folder / "run"
    arguments = ("epochs=50", *harness.SLOW, f"tracking.uri={server.address}")
    with harness.start(folder, *arguments) as program:
        harness.wait_for_epoch(folder)
        server.kill()
        assert program.wait() == 0
        output = program.output
    assert output.count(harness.STORE_WARNING) == 1
    assert "MLflow is not up to date: " in output
    assert harness.n_epochs(folder) == 50

    server.start()
    advised = harness.advice(output, "sync")[2:]
    harness.sync(server.folder, *advised)
    runs = server.tracked(folder)
    harness.assert_complete(runs, "FINISHED", harness.run_folder(folder))
    harness.sync(server.folder, *advised)
    assert server.tracked(folder) == runs
