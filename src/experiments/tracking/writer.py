"""The writer to MLflow, as the process that trains sees it: started, watched, awaited."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from experiments.configuration import experiments_command, group_of
from experiments.recording import is_run, is_sweep
from experiments.tracking.messages import Progress, StoreWarning
from experiments.tracking.mirror_process import MirrorProcess

PATIENCE = 3  # seconds of waiting for MLflow before the first line about it
REPORT_EVERY = 30  # seconds between further lines
LIMIT = 120  # seconds without a message before waiting ends


class Writer:
    """Copies the records in ``folder`` to MLflow while the context lasts.

    With ``uri`` None nothing is tracked; without ``needed`` MLflow is up to date already. A writer
    that fails disturbs no run: ``say`` gets the first warning at once, and at the end a line that
    says whether MLflow is up to date.
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
        self._needed = needed
        self._browse = browse
        self._say = say
        self._mirror: MirrorProcess | None = None
        self._warning = ""
        self._progress: Progress | None = None
        self._restarted = False

    def __enter__(self) -> "Writer":
        if self.uri is not None and self._needed:
            self._mirror = MirrorProcess(self.folder, self.uri)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        gave_up = self._wait(self._mirror) if self._mirror is not None else ""
        if is_run(self.folder) or is_sweep(self.folder):
            self._say(self._report(gave_up))

    def attend(self) -> None:
        """Print the first warning. If the writer has died, say so and start another one, once."""
        self._hear()
        if self._mirror is None or not self._mirror.ended or self._restarted:
            return
        self._restarted = True
        self._warn(f"{self._why()}; starting another writer")
        if self.uri is not None:
            self._mirror = MirrorProcess(self.folder, self.uri)

    def _hear(self) -> bool:
        """Take in the writer's messages; return whether there were any."""
        messages = self._mirror.messages() if self._mirror is not None else []
        for message in messages:
            if isinstance(message, StoreWarning):
                self._warn(message.message)
            else:
                self._progress = message
        return bool(messages)

    def _warn(self, message: str) -> None:
        """Print the first warning and remember the last one."""
        if not self._warning:
            self._say(f"MLflow: {message}\nThe runs continue; nothing is lost.")
        self._warning = message

    def _why(self) -> str:
        """Return why the writer did not succeed: its last warning, or how it ended."""
        assert self._mirror is not None  # noqa: S101 - only called with a mirror
        return self._warning or self._mirror.describe_exit()

    def _wait(self, mirror: MirrorProcess) -> str:
        """Wait until MLflow is up to date; return why the wait was given up, if it was."""
        due = time.monotonic() + PATIENCE

        def hear() -> bool:
            nonlocal due
            heard = self._hear()
            if time.monotonic() > due:
                due = time.monotonic() + REPORT_EVERY
                progress = self._progress
                so_far = f" ({progress.done} of {progress.total} runs)" if progress else ""
                self._say(f"Waiting for MLflow{so_far}; Ctrl-C skips this.")
            return heard

        mirror.finish()
        gave_up = ""
        try:
            if not mirror.wait(LIMIT, hear):
                gave_up = "it does not answer"
        except KeyboardInterrupt:
            gave_up = "waiting for it was skipped"
        if gave_up:
            mirror.kill()
        self._hear()
        return gave_up

    def _report(self, gave_up: str) -> str:
        folder = os.path.relpath(self.folder)
        if self.uri is None:
            return f"Recorded in {folder}, not in MLflow."
        if self._mirror is None or self._mirror.succeeded:
            return f"Recorded in {folder}\nand in MLflow: browse with  {self._browse}"
        return (
            f"MLflow is not up to date: {gave_up or self._why()}\nNothing is lost, the journals are"
            " complete. The next run updates MLflow, or, after the repair:"
            f"  {experiments_command('sync', folder)}"
        )


def browse_command(uri: str | None, overrides: Sequence[str]) -> str:
    """Return the command that shows the runs in MLflow: `make ui` for the default store."""
    if any(group_of(override) in ("tracking", "outputs") for override in overrides):
        return experiments_command("ui", "--uri", str(uri))
    return "make ui"
