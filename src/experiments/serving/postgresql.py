"""A PostgreSQL cluster of one's own, in a folder, without a password and without a port.

It is reached through a socket in a folder that only its owner can enter.
"""

import os
import shlex
import shutil
from pathlib import Path
from urllib.parse import quote

from experiments.errors import UserError
from experiments.serving.programs import INSTEAD, account, execute, find_programs

DATABASE = "mlflow"
"""The name of the database, and of its user."""
SOCKET = ".s.PGSQL.5432"
LONGEST = 107
"""Bytes of the path of a socket, a limit of the kernel."""
SETTINGS = {"listen_addresses": "", "max_connections": "400"}
START_LIMIT = 60
"""Seconds in which the cluster has to start: it may have to recover from a crash."""


class Cluster:
    """The cluster in ``folder``. It is created at its first start, and removed by nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "postgresql.log"

    @property
    def uri(self) -> str:
        """The address of the database."""
        return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(self.folder), safe='/')}"

    def start(self) -> None:
        """Start the cluster, unless it runs. Raise UserError if that is impossible."""
        if len(os.fsencode(self.folder / SOCKET)) > LONGEST:
            raise UserError(
                f"{self.folder}: the path is too long for a socket of PostgreSQL (at most"
                f" {LONGEST - len(SOCKET) - 1} bytes); choose another with --outputs, {INSTEAD}"
            )
        if not self.data.exists():
            self._create()
        if self._pg_ctl("status"):
            return
        settings = {**SETTINGS, "unix_socket_directories": str(self.folder)}
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        wait = ["--wait", "--timeout", str(START_LIMIT)]
        if not self._pg_ctl("start", *wait, "--log", str(self.log), "--options", options):
            raise UserError(f"PostgreSQL did not start; see {os.path.relpath(self.log)}")

    def stop(self, mode: str = "fast") -> None:
        """Stop the cluster, if it runs. With the mode `immediate` it stops as in a crash."""
        self._pg_ctl("stop", "--wait", "--mode", mode)

    def _pg_ctl(self, *words: str) -> bool:
        """Execute `pg_ctl` on the cluster, and return whether it succeeded."""
        version = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        program = find_programs(version) / "pg_ctl"
        command = [str(program), *words, "--pgdata", str(self.data)]
        return not execute(command, self.folder).returncode

    def _create(self) -> None:
        """Create the cluster and its database under another name, and then rename it."""
        programs = find_programs()
        self._create_folder()
        new = self.data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        access = ["--username", DATABASE, "--auth-local", "trust", "--auth-host", "reject"]
        text = ["--encoding", "UTF8", "--no-locale"]
        initdb = [str(programs / "initdb"), "--pgdata", str(new), *access, *text]
        created = execute(initdb, self.folder)
        if not created.returncode:
            single = [str(programs / "postgres"), "--single", "-D", str(new), "postgres"]
            created = execute(single, self.folder, f"CREATE DATABASE {DATABASE};\n")
        if created.returncode:
            raise UserError(f"{self.folder}: {_last_line(created.stderr)}")
        new.rename(self.data)

    def _create_folder(self) -> None:
        """Create the folder of the cluster, which only its owner can enter."""
        self.folder.mkdir(parents=True, exist_ok=True)
        owner = account()
        if owner:
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        self.folder.chmod(0o700)


def _last_line(printed: str) -> str:
    lines = [line for line in printed.splitlines() if line.strip()]
    return lines[-1] if lines else "PostgreSQL's initdb failed without a message"
