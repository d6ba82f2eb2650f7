"""A backup of the server with its own database, and its restoration, with the documented commands.

The server runs as `make server` starts it, without the address of a database.
"""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import harness
import pytest
import team_server
from harness import PROJECT, Program
from team_server import TeamServer, logged_in

from experiments.serving.programs import find_programs


@pytest.fixture
def folder() -> Iterator[Path]:
    team_server.skip_without_postgresql()
    with team_server.open_folder() as folder:
        yield folder


class OwnServer(TeamServer):
    """A server whose database it starts and stops itself."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        del self.variables["MLFLOW_BACKEND_STORE_URI"]

    def __enter__(self) -> "OwnServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.program is not None:
            self.end()


def documented(title: str) -> str:
    """Return the commands below a title of docs/server.md."""
    text = (PROJECT / "docs" / "server.md").read_text(encoding="utf-8")
    found = re.search(rf"\n## {title}\n.*?```sh\n(.*?)```", text, re.DOTALL)
    assert found, f"no commands below {title}"
    return found[1]


def shell(commands: str, folder: Path) -> None:
    """Execute commands in a folder. They find the programs of PostgreSQL."""
    path = os.pathsep.join([str(find_programs()), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "-euc", commands],
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.stress
def test_a_backup_is_restored_with_the_documented_commands(folder: Path, tmp_path: Path) -> None:
    first, second = folder / "first", folder / "second"
    outputs = tmp_path / "sweep"
    with OwnServer(first) as server:
        words = ("-m", "seed=0,1", *harness.SMALL, f"tracking.uri={server.address}")
        harness.run(outputs, *words, **server.credentials)
        with logged_in(server.credentials):
            before = harness.tracked(server.address)
        shell(documented("Backup"), first)
        password = server.password
        assert server.end() == 0
        assert not (server.folder / "postgresql" / "data" / "postmaster.pid").exists()
    second.mkdir()
    (first / "backup").rename(second / "backup")
    prepare, restore = documented("Restore").split("make server\n")
    shell(prepare, second)
    with OwnServer(second) as server:
        shell(restore, second)
        assert server.password == password
        with logged_in(server.credentials):
            after = harness.tracked(server.address)
        assert after == before
        jobs = harness.jobs(outputs)
        harness.assert_complete(
            [run for run in after if run.tags.get("folder")], "FINISHED", *jobs.values()
        )
        command = [harness.EXPERIMENTS, "export", tmp_path / "exported", "--uri", server.address]
        identity = next(iter(jobs.values())).name
        command += ["--network", identity]
        with Program(command, tmp_path / "export.log", **server.credentials) as program:
            assert program.wait() == 0, program.output
        assert list((tmp_path / "exported").rglob("*.npz"))
