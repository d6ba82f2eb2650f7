"""Supervise the mirror process during a run or a sweep: start, restart, wait, report."""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.configuration import PROJECT, experiments_command, group_of, restorable
from experiments.recording import RecordedTracking, is_run, is_sweep
from experiments.tracking.messages import MirrorProgress, StoreWarning
from experiments.tracking.mirror_process import MirrorProcess
from experiments.tracking.sync_state import experiment_of

PATIENCE = 3
"""Seconds of waiting for MLflow before the first line about it."""
REPORT_EVERY = 30
"""Seconds between further lines about the wait."""
LIMIT = 120
"""Seconds without a message from the mirror after which the wait ends."""
POLL = 0.1
"""Seconds between two looks at the mirror."""


class Supervisor:
    """Copies the records in ``folder`` to MLflow while the context lasts.

    ``tracking`` is what the command asks for. Without an address nothing is tracked; without
    ``needed`` MLflow is up to date already. A mirror that fails disturbs no run: ``say`` gets the
    first warning at once, and at the end a line that says whether MLflow is up to date. ``browse``
    is the command that shows the runs.
    """

    def __init__(
        self,
        folder: Path,
        tracking: RecordedTracking,
        *,
        needed: bool,
        browse: str,
        say: Callable[[str], None],
    ) -> None:
        self.folder = folder
        self.uri = tracking.uri
        self._experiment = tracking.experiment
        self._needed = needed
        self._browse = browse
        self._say = say
        self._mirror: MirrorProcess | None = None
        self._last_warning = ""  # of the mirror
        self._warned = False  # the user
        self._progress: MirrorProgress | None = None
        self._restarted = False

    def __enter__(self) -> "Supervisor":
        if self.uri is not None and self._needed:
            self._mirror = MirrorProcess(self.folder, self.uri)
        return self

    def __exit__(self, *_: object) -> None:
        problem = self._finish(self._mirror) if self._mirror is not None else ""
        if is_run(self.folder) or is_sweep(self.folder):
            message = closing_message(
                self.folder, self.uri, self._browse, problem, asked=self._experiment
            )
            self._say(message)

    def attend(self) -> None:
        """Print the first warning. If the mirror has died, say so and start another one, once."""
        if self._mirror is None or self.uri is None:
            return
        self._read_messages(self._mirror)
        if not self._mirror.ended or self._restarted:
            return
        self._restarted = True
        self._read_messages(self._mirror)
        reason = self._mirror.describe_failure(self._last_warning)
        self._warn(f"{reason}; starting another one")
        self._last_warning = ""
        self._mirror.close()
        self._mirror = MirrorProcess(self.folder, self.uri)

    def _read_messages(self, mirror: MirrorProcess) -> bool:
        """Read the mirror's messages; return whether there were any."""
        messages = mirror.messages.read()
        for message in messages:
            if isinstance(message, StoreWarning):
                self._last_warning = message.message
                self._warn(message.message)
            else:
                self._progress = message
        return bool(messages)

    def _warn(self, message: str) -> None:
        """Print a message if it is the first one."""
        if not self._warned:
            self._warned = True
            self._say(f"MLflow: {message}\nThe runs continue; nothing is lost.")

    def _finish(self, mirror: MirrorProcess) -> str:
        """Wait until MLflow is up to date; return why it is not, or an empty string."""
        mirror.finish()
        gave_up = ""
        try:
            if not self._wait(mirror):
                gave_up = "it does not answer"
        except KeyboardInterrupt:
            gave_up = "waiting for it was skipped"
        if gave_up:
            mirror.kill()
        self._read_messages(mirror)
        mirror.close()
        if mirror.succeeded:
            return ""
        return gave_up or mirror.describe_failure(self._last_warning)

    def _wait(self, mirror: MirrorProcess) -> bool:
        """Wait for the end of the mirror; return false if it sends no message for too long."""
        last_message = time.monotonic()
        due = last_message + PATIENCE
        while not mirror.ended:
            now = time.monotonic()
            if self._read_messages(mirror):
                last_message = now
            if now > last_message + LIMIT:
                return False
            if now > due:
                due = now + REPORT_EVERY
                self._say(waiting_message(self._progress))
            mirror.wait(POLL)
        return True


def waiting_message(progress: MirrorProgress | None) -> str:
    """Return the line which says that the program waits for MLflow."""
    so_far = f" ({progress.done} of {progress.total} runs)" if progress else ""
    return f"Waiting for MLflow{so_far}; Ctrl-C skips this."


def closing_message(folder: Path, uri: str | None, browse: str, problem: str, *, asked: str) -> str:
    """Return the message at the end: where the records are, and whether MLflow is up to date.

    ``problem`` says why MLflow is not up to date; it is empty if MLflow is. ``asked`` is the
    experiment of the command. Records stay in the experiment in which they were started.
    """
    name = os.path.relpath(folder)
    if uri is None:
        return f"Recorded in {name}, not in MLflow."
    if not problem:
        first = experiment_of(folder)
        if first not in ("", asked) and (deleted := restorable(uri, first)):
            return f"Recorded in {name}\nand in MLflow, but {deleted}"
        where = (
            f", in the experiment {first} of the first start" if first not in ("", asked) else ""
        )
        return f"Recorded in {name}\nand in MLflow{where}: browse with  {browse}"
    return (
        f"MLflow is not up to date: {problem}\nNothing is lost, the journals are complete."
        " The next run updates MLflow, or, after the repair:"
        f"  {experiments_command('sync', name)}"
    )


def browse_command(uri: str | None, overrides: Sequence[str]) -> str:
    """Return the command that shows the runs in MLflow: `make ui` for the default store.

    There is no Makefile outside of the folder of the project.
    """
    groups = {group_of(override.lstrip("+~")) for override in overrides}
    if groups & {"tracking", "outputs"}:
        return experiments_command("ui", "--uri", str(uri))
    return "make ui" if Path.cwd() == PROJECT else experiments_command("ui")
