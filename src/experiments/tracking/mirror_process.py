"""Start the mirror process, exchange messages with it, and stop it: the side of the parent."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from experiments.recording import TRACKING_LOG, without_waiting
from experiments.tracking.messages import MessageReader

MODULE = "experiments.mirror.follow"


class MirrorProcess:
    """A process that follows the run or the sweep in ``folder`` into the store at ``uri``.

    It ends when its standard input is closed and MLflow is up to date. ``messages`` reads its
    messages, from a pipe of their own. Everything that it prints goes to a log in the folder.
    """

    def __init__(self, folder: Path, uri: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / TRACKING_LOG
        with open(self.log, "ab", opener=without_waiting) as log:
            reading, writing = os.pipe()
            self.messages = MessageReader(os.fdopen(reading, "rb", buffering=0))
            command = [sys.executable, "-m", MODULE, str(folder), uri, str(writing)]
            with os.fdopen(writing, "wb"):
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=[writing],
                    start_new_session=True,  # Ctrl-C ends the runs, not the mirror
                )

    @property
    def ended(self) -> bool:
        """True when the process has ended."""
        return self._process.poll() is not None

    @property
    def succeeded(self) -> bool:
        """True when the process has ended and MLflow was up to date."""
        return self._process.poll() == 0

    def describe_failure(self, last_warning: str) -> str:
        """Return in words why the process has failed, given its last warning."""
        code = self._process.returncode or 0
        if code < 0:
            return f"the mirror process was ended by {signal.Signals(-code).name}"
        log = os.path.relpath(self.log)
        return last_warning or f"the mirror process ended with exit code {code}; see {log}"

    def finish(self) -> None:
        """Ask the process to bring MLflow up to date and end."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def wait(self, seconds: float) -> None:
        """Wait for the end of the process, at most some seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the pipes to a process that has ended."""
        self.finish()
        self.messages.close()
