"""Starting and ending the writer to MLflow, a process of its own that nothing here waits for."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from experiments.journal import JOURNAL, SWEEP

COMMAND = os.path.relpath(Path(sys.executable).parent / "experiments")
OUTPUT = "tracking.log"
SQLITE = "sqlite:///"  # what the address of an SQLite store begins with
PATIENCE = 3  # seconds that the writer may take to catch up before that is said
LIMIT = 120  # seconds that it may take then
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
"""The last three notice a dead server in seconds; MLflow's own limits mean minutes."""


class Writer:
    """Follows the runs recorded in a folder into MLflow, while the context lasts.

    With ``uri`` None nothing is tracked. A writer that fails disturbs no run: at the end `say`
    hears of it, or else where the runs can be seen.
    """

    def __init__(
        self, folder: Path, uri: str | None, *, browse: str, say: Callable[[str], None]
    ) -> None:
        self.folder = folder
        self.uri = uri
        self.browse = browse
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Writer":
        if self.uri is not None:
            with (self.folder / OUTPUT).open("wb") as output:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "experiments.tracking", str(self.folder), self.uri],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    env={**SETTINGS, **os.environ},
                    start_new_session=True,  # Ctrl-C is for the runs
                )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
            self._wait(self.process)
        if (self.folder / JOURNAL).exists() or (self.folder / SWEEP).exists():
            self.say(self._report())

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        try:
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.say("Waiting for MLflow to catch up; Ctrl-C skips that.")
                process.wait(LIMIT)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()

    def _report(self) -> str:
        folder = os.path.relpath(self.folder)
        if self.process is None:
            return f"Recorded in {folder}, not in MLflow."
        if self.process.returncode == 0:
            return f"Recorded in {folder}\nand in MLflow: browse with  {self.browse}"
        output = (self.folder / OUTPUT).read_text(encoding="utf-8", errors="replace").split("\n")
        reason = next((line for line in reversed(output) if line.strip()), "no answer in time")
        return (
            f"MLflow did not get everything: {reason}\nNothing is lost, the journals have it all."
            f" When that is mended:  {COMMAND} sync {shlex.quote(folder)}"
        )


def browse_command(uri: str | None, overrides: Sequence[str]) -> str:
    """Return the command that shows the runs in MLflow: the plain one for the usual store."""
    if any(override.startswith("tracking.") for override in overrides):
        return f"{COMMAND} ui --uri {shlex.quote(str(uri))}"
    return "make ui"
