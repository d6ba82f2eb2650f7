"""The server of a team, as a user starts it: PostgreSQL, authentication, artifacts.

PostgreSQL refuses to run as root, and its user may not enter the temporary folders of pytest. So
all this is in a folder that every user may enter.
"""

import base64
import contextlib
import json
import os
import shutil
import signal
import socket
import tempfile
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from harness import EXPERIMENTS, Program, wait_for

from experiments.errors import UserError
from experiments.serving import Cluster
from experiments.serving.programs import account, find_programs

MISSING = "PostgreSQL cannot run here"
ADMINISTRATOR = "admin"
PASSWORD = "MLFLOW_AUTH_ADMIN_PASSWORD"


def skip_without_postgresql() -> None:
    """Skip the test if PostgreSQL cannot be started. In CI the test runs then, and fails."""
    try:
        find_programs()
        account()
    except UserError as error:
        if "CI" not in os.environ:
            pytest.skip(f"{MISSING}: {error}")


@contextlib.contextmanager
def open_folder() -> Iterator[Path]:
    """Yield a new folder that every user may enter."""
    folder = Path(tempfile.mkdtemp(prefix="team-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class TeamServer:
    """`experiments server`, which can be killed and started again.

    Its database runs beside it, so that it can be restarted alone. ``variables`` are further
    variables of the server.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        self.outputs = folder / "outputs"
        self.folder = self.outputs / "server"
        self.cluster = Cluster(folder / "database")
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.variables = {"MLFLOW_BACKEND_STORE_URI": self.cluster.uri, **variables}
        self.program: Program | None = None

    def __enter__(self) -> "TeamServer":
        self.cluster.start()
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        self.cluster.stop("immediate")

    def start(self) -> None:
        """Start the server, and wait until it says where it is."""
        command = [EXPERIMENTS, "server", "--outputs", self.outputs, "--port", str(self.port)]
        self.program = Program(command, self.outputs.with_name("server.log"), **self.variables)
        wait_for(self._is_up, "announcement of the server")

    def _is_up(self) -> bool:
        assert self.program is not None
        assert self.program.process.poll() is None, self.program.output
        return "End with Ctrl-C." in self.program.output

    def kill(self) -> None:
        """Kill the server and all its processes, as a crash does."""
        if self.program is not None:
            self.program.__exit__()
            self.program = None

    def end(self) -> int:
        """End the server with SIGTERM, and return its exit code."""
        assert self.program is not None
        self.program.send(signal.SIGTERM)
        code = self.program.wait()
        self.program.wait_until_gone()
        self.program = None
        return code

    @property
    def password(self) -> str:
        """The administrator's password, from the file of the secrets."""
        lines = (self.folder / "secrets.env").read_text(encoding="utf-8").splitlines()
        return dict(line.split("=", 1) for line in lines)[PASSWORD]

    @property
    def credentials(self) -> dict[str, str]:
        """The variables of an administrator's client."""
        return credentials(ADMINISTRATOR, self.password)


def credentials(user: str, password: str) -> dict[str, str]:
    """Return the variables of a client."""
    return {"MLFLOW_TRACKING_USERNAME": user, "MLFLOW_TRACKING_PASSWORD": password}


def create_user(server: TeamServer, user: str, password: str) -> dict[str, str]:
    """Create a user who is no administrator; return the variables of a client."""
    login = base64.b64encode(f"{ADMINISTRATOR}:{server.password}".encode()).decode()
    request = urllib.request.Request(
        f"{server.address}/api/2.0/mlflow/users/create",
        json.dumps({"username": user, "password": password}).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {login}"},
    )
    with urllib.request.urlopen(request, timeout=60):
        return credentials(user, password)


def free_port() -> int:
    """Return the number of a port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def logged_in(variables: Mapping[str, str]) -> Iterator[None]:
    """Give MLflow's client in this process the credentials of a user."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        yield
