"""Starting and ending the writer to MLflow, a process of its own that nothing here waits for."""

import os
import shlex
import subprocess
import sys
from pathlib import Path
from types import TracebackType

BIN = Path(os.path.relpath(Path(sys.executable).parent))
OUTPUT = "tracking.log"
PATIENCE = 120  # seconds that the writer may take, after the last run, to catch up
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
"""The last three notice a dead server in seconds; MLflow's own limits mean minutes."""


class Writer:
    """Follows the runs recorded in a folder into MLflow, while the context lasts.

    With ``uri`` None nothing is tracked. A writer that fails disturbs no run: `report` says so.
    """

    def __init__(self, folder: Path, uri: str | None) -> None:
        self.folder = folder
        self.uri = uri
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
        if self.process is None or self.process.stdin is None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def report(self) -> str:
        """Return, after the context, where the runs can be seen or what is missing in MLflow."""
        folder = os.path.relpath(self.folder)
        if self.process is None:
            return f"Recorded in {folder}, not in MLflow."
        if self.process.returncode == 0:
            return f"Recorded in {folder}\nand in MLflow: browse with  make ui"
        output = (self.folder / OUTPUT).read_text(encoding="utf-8", errors="replace").split("\n")
        reason = next((line for line in reversed(output) if line.strip()), "no answer in time")
        return (
            f"MLflow did not get everything: {reason}\nNothing is lost, the journals have it all."
            f" When that is mended:  {BIN / 'experiments'} sync {shlex.quote(folder)}"
        )
