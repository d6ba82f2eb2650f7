"""Starting and ending the writer to MLflow, a process of its own that nothing here waits for."""

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from experiments.configuration.naming import top
from experiments.recording.journal import JOURNAL
from experiments.recording.record import SWEEP

COMMAND = str(Path(sys.executable).parent / "experiments")
if not os.path.relpath(COMMAND).startswith(os.pardir):
    COMMAND = os.path.relpath(COMMAND)
OUTPUT = "tracking.log"
SQLITE = "sqlite:///"  # what the address of an SQLite store begins with
PATIENCE = 3  # seconds that the writer may take to catch up before that is said
LIMIT = 120  # seconds without a sign of life that it is given then
REPORT_EVERY = 30  # seconds
POLL = 0.1
WARNING, PROGRESS = "warning: ", "tracked: "
"""How the writer's lines to its parent begin."""
SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",  # the writer itself tries again
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
"""The last three notice a dead server in seconds; MLflow's own limits mean minutes."""


class Writer:
    """Follows the runs recorded in a folder into MLflow, while the context lasts.

    With ``uri`` None nothing is tracked; without ``needed`` MLflow has everything already. A writer
    that fails disturbs no run: `say` hears of the first failure at once, and at the end whether
    MLflow has everything.
    """

    def __init__(
        self,
        folder: Path,
        uri: str | None,
        *,
        needed: bool,
        browse: str,
        say: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.uri = uri
        self.needed = needed
        self.browse = browse
        self.say = say
        self.process: subprocess.Popen[bytes] | None = None
        self._heard = 0  # bytes of the writer's output
        self._warned = False
        self._last_words = ""
        self._progress = ""
        self._skipped = ""  # why it was not waited for any longer
        self._restarted = False

    def __enter__(self) -> "Writer":
        if self.uri is not None and self.needed:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._start(self.uri)
        return self

    def _start(self, uri: str) -> None:
        with (self.folder / OUTPUT).open("ab") as output:
            self._heard = output.tell()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "experiments.mirror.sync", str(self.folder), uri],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env={**SETTINGS, **os.environ},
                start_new_session=True,  # Ctrl-C is for the runs
            )

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

    def listen(self, _event: Mapping[str, Any]) -> None:
        """Check at an event of a run."""
        self.attend()

    def attend(self) -> None:
        """Say what the writer warns of; if it has died, say so and start another, once."""
        self.check()
        if self.process is None or self.process.poll() is None or self._restarted:
            return
        self._restarted = True
        self._warn(f"{self._exit()}; starting another writer")
        if self.uri is not None:
            self._start(self.uri)

    def _exit(self) -> str:
        """Return how the writer ended, in words."""
        code = self.process.returncode if self.process is not None else 0
        if code < 0:
            return f"its writer was ended by {signal.Signals(-code).name}"
        return self._last_words or f"its writer ended with exit code {code}"

    def _warn(self, words: str) -> None:
        """Say the first warning; the others stay in the writer's output."""
        if not self._warned:
            self._warned = True
            self.say(f"MLflow: {words}\nThe runs go on; nothing is lost.")

    def check(self) -> bool:
        """Say the writer's first warning; return whether it has said anything since last time."""
        if self.process is None:
            return False
        try:
            with (self.folder / OUTPUT).open("rb") as output:
                output.seek(self._heard)
                heard = output.read()
        except OSError:
            return False
        self._heard += len(heard)
        for line in heard.decode(errors="replace").splitlines():
            if line.startswith(PROGRESS):
                self._progress = line
            elif line.strip():
                self._last_words = line.removeprefix(WARNING)
            if line.startswith(WARNING):
                self._warn(line.removeprefix(WARNING))
        return bool(heard)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the writer to catch up, as long as it shows progress."""
        begun = alive = time.monotonic()
        said = begun + PATIENCE - REPORT_EVERY
        try:
            while process.poll() is None and time.monotonic() - alive < LIMIT:
                if self.check():
                    alive = time.monotonic()
                if time.monotonic() - said > REPORT_EVERY:
                    said = time.monotonic()
                    self.say(f"Waiting for MLflow to catch up{self._so_far()}; Ctrl-C skips that.")
                with suppress(subprocess.TimeoutExpired):
                    process.wait(POLL)
        except KeyboardInterrupt:
            self._skipped = "waiting for it was skipped"
        if process.poll() is None:
            self._skipped = self._skipped or "it does not answer"
            process.kill()
            process.wait()
        self.check()

    def _so_far(self) -> str:
        return f" ({self._progress.removeprefix(PROGRESS)})" if self._progress else ""

    def _report(self) -> str:
        folder = os.path.relpath(self.folder)
        if self.uri is None:
            return f"Recorded in {folder}, not in MLflow."
        if self.process is None or self.process.returncode == 0:
            return f"Recorded in {folder}\nand in MLflow: browse with  {self.browse}"
        reason = self._skipped or self._exit()
        return (
            f"MLflow did not get everything: {reason}\nNothing is lost, the journals have it all."
            " The next run brings it up to date, or, when that is mended:"
            f"  {COMMAND} sync {shlex.quote(folder)}"
        )


def browse_command(uri: str | None, overrides: Sequence[str]) -> str:
    """Return the command that shows the runs in MLflow: the plain one for the usual store."""
    if any(top(override) in ("tracking", "outputs") for override in overrides):
        return f"{COMMAND} ui --uri {shlex.quote(str(uri))}"
    return "make ui"
