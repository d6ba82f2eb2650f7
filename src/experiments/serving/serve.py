"""Serve MLflow to a team, for `experiments server`."""

import fcntl
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from experiments.configuration import install_command, without_password
from experiments.errors import UserError
from experiments.interruption import Interrupted, Interruption
from experiments.mirror import is_free, wait_until_up
from experiments.recording import without_waiting
from experiments.serving.postgresql import Cluster
from experiments.serving.programs import ADDRESS_VARIABLE
from experiments.serving.schema import check_schema, has_users
from experiments.serving.secrets import PASSWORD, has_password, read_or_make

USER_VARIABLE = "MLFLOW_AUTH_ADMIN_USERNAME"
DESTINATION_VARIABLE = "MLFLOW_ARTIFACTS_DESTINATION"
CONFIG_VARIABLE = "MLFLOW_AUTH_CONFIG_PATH"
WORKERS_VARIABLE = "MLFLOW_WORKERS"
SECRETS = "secrets.env"
LONGEST = 100
"""Characters of a name in a message."""
DEFAULTS = {
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",  # else 15 processes and 3 GB
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # No line per request, for years. On a busy machine a process needs longer than 5 s to start and
    # answer; uvicorn would end it, and start the next one.
    "MLFLOW_UVICORN_OPTS": "--no-access-log --timeout-worker-healthcheck 60",
    # With MLflow's 15 connections, requests of 64 clients waited half a minute for one and failed.
    "MLFLOW_SQLALCHEMYSTORE_POOL_SIZE": "20",
    "MLFLOW_SQLALCHEMYSTORE_MAX_OVERFLOW": "80",
    USER_VARIABLE: "admin",
    WORKERS_VARIABLE: "2",
}
"""Variables of the server. Those that the user has set are not changed."""
AUTHENTICATION = {
    "default_permission": "EDIT",  # a team writes to the same experiments
    "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
    "auth_cache_ttl_seconds": "600",  # to check a password takes 0.1 s of a processor
}
"""MLflow's configuration of users."""


def serve_team(
    folder: Path, host: str, port: int, *, upgrade: bool, interruption: Interruption
) -> None:
    """Serve MLflow until Ctrl-C, and print what a team has to type.

    ``folder`` has the secrets, and the database and the artifacts if the environment names no
    others. Raise UserError if the server or its database cannot be started.
    """
    if find_spec("psycopg") is None or find_spec("flask_wtf") is None:
        raise UserError(f"packages of the server are missing; type: {install_command('server')}")
    _check_address(host, port)
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        stack.enter_context(_alone(folder))
        uri = os.environ.get(ADDRESS_VARIABLE) or stack.enter_context(_own_database(folder))
        check_schema(uri, upgrade=upgrade)
        environment = server_environment(folder, uri, os.environ)
        log = stack.enter_context((folder / "mlflow.log").open("w+b"))
        server = stack.enter_context(_started(host, port, environment, log, interruption))
        wait_until_up(server, f"{_address(host, port)}/health", log)
        sys.stdout.write(announcement(folder, _address(host, port), environment))
        sys.stdout.flush()
        server.wait()
        raise UserError(f"the MLflow server has ended; see {os.path.relpath(log.name)}")


def command(host: str, port: int) -> list[str]:
    """Return the command of the server. It contains no secret: all users can read it."""
    words = ["server", "--app-name", "basic-auth", "--serve-artifacts"]
    return [sys.executable, "-m", "mlflow", *words, "--host", host, "--port", str(port)]


def server_environment(folder: Path, uri: str, given: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of the server, and write the secrets and the file that it reads.

    Raise UserError if the secrets of the users in the database are missing.
    """
    secrets = folder / SECRETS
    if not has_password(secrets, given) and has_users(uri):
        raise UserError(
            f"{without_password(uri)}: the database has users, but their secrets are missing; put"
            f" back {os.path.relpath(secrets)}, or set {PASSWORD}"
        )
    made = read_or_make(secrets, given)
    config = given.get(CONFIG_VARIABLE) or str(_write_authentication(folder, uri))
    return {
        **DEFAULTS,
        DESTINATION_VARIABLE: str((folder / "artifacts").absolute()),
        **given,
        **made,
        ADDRESS_VARIABLE: uri,
        CONFIG_VARIABLE: config,
    }


def announcement(folder: Path, address: str, environment: Mapping[str, str]) -> str:
    """Return the lines for the team: where the server is, its user, and the commands."""
    secrets = os.path.relpath(folder / SECRETS)
    place = f"the environment ({PASSWORD})" if PASSWORD in os.environ else secrets
    return "\n".join(
        [
            f"MLflow: {address}",
            f"User: {environment[USER_VARIABLE]}; the password is in {place}",
            f"Artifacts: {without_password(environment[DESTINATION_VARIABLE])}",
            "Whoever trains types, with a user and password of the server:",
            f"    export MLFLOW_TRACKING_URI={address}",
            "    export MLFLOW_TRACKING_USERNAME=NAME",
            "    read -rs MLFLOW_TRACKING_PASSWORD && export MLFLOW_TRACKING_PASSWORD",
            '    .venv/bin/python run.py -m loss=mse,ce optimizer=sgd,adam seed="range(5)"',
            "docs/server.md says how to add users, and how to make a backup. End with Ctrl-C.\n",
        ]
    )


def _check_address(host: str, port: int) -> None:
    """Raise UserError unless a server can listen there."""
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError):
        raise UserError(f"host {host[:LONGEST]!r}: there is no host of this name") from None
    if not is_free(host, port):
        raise UserError(f"host {host}: this machine does not have this address")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Raise UserError if another server runs in this folder."""
    with open(folder / "lock", "w", opener=without_waiting) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(f"{folder}: a server of this folder is running already") from None
        yield


@contextmanager
def _own_database(folder: Path) -> Iterator[str]:
    """Yield the address of a database that runs inside of the context."""
    cluster = Cluster(folder / "postgresql")
    try:
        cluster.start()
        yield cluster.uri
    finally:
        if cluster.data.exists():
            cluster.stop()


@contextmanager
def _started(
    host: str,
    port: int,
    environment: Mapping[str, str],
    log: IO[bytes],
    interruption: Interruption,
) -> Iterator[subprocess.Popen[bytes]]:
    """Yield the process of the server, which ends with the context."""
    server = None
    try:
        with interruption.deferred():  # no signal before `server` is set
            server = subprocess.Popen(command(host, port), env=environment, stdout=log, stderr=log)
        if interruption.signum is not None:
            raise Interrupted(interruption.signum)
        yield server
    finally:
        if server is not None:
            server.terminate()
            server.wait()


def _write_authentication(folder: Path, uri: str) -> Path:
    """Write MLflow's file about users. It has the address of the database, maybe a password."""
    settings = {**AUTHENTICATION, "database_uri": uri}
    lines = [f"{name} = {value.replace('%', '%%')}" for name, value in settings.items()]
    file = folder / "auth.ini"
    file.unlink(missing_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write("\n".join(["[mlflow]", *lines, ""]))
    return file


def _address(host: str, port: int) -> str:
    """Return the address of the server as this machine reaches it."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - no binding
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"
