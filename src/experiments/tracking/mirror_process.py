"""The mirror's process: it follows records and writes them to MLflow; see `experiments.mirror`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from experiments.recording import TRACKING_LOG
from experiments.tracking.messages import Message, decode_messages
from experiments.tracking.settings import MLFLOW_SETTINGS

POLL = 0.1  # seconds


class MirrorProcess:
    """A process that follows the run or the sweep in ``folder`` into the store at ``uri``.

    It ends when its standard input is closed and MLflow is up to date. Its messages come through a
    pipe; other output, such as MLflow's, goes to a log in the folder.
    """

    def __init__(self, folder: Path, uri: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / TRACKING_LOG).open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "experiments.mirror.follow", str(folder), uri],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**MLFLOW_SETTINGS, **os.environ},
                start_new_session=True,  # Ctrl-C ends the runs, not the mirror
            )
        assert self._process.stdin is not None  # noqa: S101 - a pipe, for mypy
        assert self._process.stdout is not None  # noqa: S101
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self._unread = b""

    def messages(self) -> list[Message]:
        """Return the messages since the last call."""
        contents = b""
        while chunk := self._output.read():
            contents += chunk
        messages, self._unread = decode_messages(self._unread + contents)
        return messages

    @property
    def ended(self) -> bool:
        """True when the process has ended."""
        return self._process.poll() is not None

    @property
    def succeeded(self) -> bool:
        """True when the process has ended and MLflow was up to date."""
        return self._process.poll() == 0

    def describe_exit(self) -> str:
        """Return in words how the process ended."""
        code = self._process.returncode or 0
        if code < 0:
            return f"its writer was ended by {signal.Signals(-code).name}"
        return f"its writer ended with exit code {code}"

    def finish(self) -> None:
        """Ask the process to bring MLflow up to date and end."""
        with suppress(BrokenPipeError):
            self._input.close()

    def wait(self, limit: float, hear: Callable[[], bool]) -> bool:
        """Wait for the end of the process; return false after ``limit`` seconds without a message.

        ``hear`` is called again and again, and returns whether there was a message.
        """
        last_sign = time.monotonic()
        while not self.ended and time.monotonic() - last_sign < limit:
            if hear():
                last_sign = time.monotonic()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL)
        return self.ended

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.wait()
