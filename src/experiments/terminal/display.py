"""The live display: a line for each running run, and one for the whole sweep.

A file gets a line for each epoch, and one for the whole sweep after each tenth of its runs.
"""

from types import TracebackType

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from experiments.recording import End, Epoch, Event, Note, Resume, Start, Status, describe_end
from experiments.terminal.style import STYLES, time_left
from experiments.terminal.whole_sweep import WholeSweep

OTHER_LINES = 3
"""Lines of the terminal that are kept free of those of runs."""


class Display:
    """Shows the events of runs as they come."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._lines: dict[str, str] = {}
        self._whole: WholeSweep | None = None
        self._shown = ""
        self._live = Live(console=self._console, auto_refresh=False, transient=True)

    def __enter__(self) -> "Display":
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._lines.clear()
        self._whole = None
        self.refresh()
        self._live.stop()

    def say(self, message: str, style: str = "") -> None:
        """Print a message above the live lines. It is never wrapped or cut."""
        self._console.print(Text(message, style), soft_wrap=True)

    def print(self, table: RenderableType) -> None:
        """Print a table above the live lines."""
        self._console.print(table)

    @property
    def is_live(self) -> bool:
        """Whether lines change in place, as on a terminal."""
        return self._console.is_terminal

    def watch(self, whole: WholeSweep) -> None:
        """Show the progress of a sweep from now on, until the display ends."""
        self._whole = whole
        self.refresh()

    def show(
        self,
        name: str,
        epochs: int,
        event: Event,
        pace: float | None = None,
        *,
        may_end: bool = False,
    ) -> None:
        """Show an event of the run ``name``, which has ``epochs`` epochs of ``pace`` seconds.

        With ``may_end`` its schedule may end it earlier.
        """
        width = self._console.width
        if isinstance(event, Start | Resume):
            complete = event.epoch if isinstance(event, Resume) else 0
            line = begun_line(name, epochs, complete, width, pace, may_end=may_end)
            self._lines[name] = line
        if isinstance(event, Epoch) and self.is_live:
            line = progress_line(name, epochs, event, width, pace, may_end=may_end)
            self._lines[name] = line
        elif isinstance(event, Epoch):
            self.say(progress_line(name, epochs, event, pace=pace, may_end=may_end))
        elif isinstance(event, Resume):
            self.say(f"{name}  {describe_resume(event)}")
        elif isinstance(event, Note):
            warning = STYLES[Status.INTERRUPTED] if event.recorded else ""
            self.say(f"{name}  {event.message}", warning)
        elif isinstance(event, End):
            self._lines.pop(name, None)
            self.say(f"{name}  {describe_end(event)}", STYLES[event.status])
        if not self.is_live and self._whole is not None and self._whole.milestone():
            self.say(self._whole.line())
        self.refresh()

    def refresh(self) -> None:
        """Draw the live lines again if they have changed."""
        if not self.is_live:
            return
        shown = "\n".join(self._live_lines())
        if shown != self._shown:
            self._shown = shown
            self._live.update(Text(shown, no_wrap=True, overflow="ellipsis"), refresh=True)

    def _live_lines(self) -> list[str]:
        """Return the lines of the runs, as many as there is room for, and those of the sweep."""
        lines = list(self._lines.values())
        whole = [] if self._whole is None else self._whole.lines()
        room = max(1, self._console.height - OTHER_LINES + 1 - max(len(whole), 1))
        if len(lines) > room:
            lines = [*lines[: room - 1], f"... and {len(lines) - room + 1} more runs"]
        return [*lines, *whole]


def begun_line(
    name: str,
    epochs: int,
    complete: int,
    width: int,
    pace: float | None,
    *,
    may_end: bool = False,
) -> str:
    """Return the line of a run that has begun, or has continued after ``complete`` epochs.

    ``pace`` is the expected number of seconds of an epoch, if it is known.
    """
    doing = "training" if complete < epochs else "scoring the test set"
    numbers = f"  {complete:>{len(str(epochs))}}/{epochs}  {doing}"
    if pace is not None and complete < epochs:
        numbers += f"  ETA {time_left(pace * (epochs - complete), may_end=may_end)}"
    return _cut(name, numbers, width) + numbers


def progress_line(
    name: str,
    epochs: int,
    event: Epoch,
    width: int | None = None,
    pace: float | None = None,
    *,
    may_end: bool = False,
) -> str:
    """Return the line of a run: epoch, costs, accuracies, remaining time.

    If the line is wider than ``width`` columns, the name is cut. ``pace`` is the number of seconds
    of an epoch, by default the mean of those that have ended.
    """
    metrics = event.metrics
    pace = event.elapsed / event.epoch if pace is None else pace
    numbers = (
        f"  {event.epoch:>{len(str(epochs))}}/{epochs}"
        f"  cost {metrics['train/cost']:.4f} val {metrics['validation/cost']:.4f}"
        f"  acc {metrics['train/accuracy']:.1%} val {metrics['validation/accuracy']:.1%}"
        f"  ETA {time_left(pace * (epochs - event.epoch), may_end=may_end)}"
    )
    return _cut(name, numbers, width) + numbers


def _cut(name: str, numbers: str, width: int | None) -> str:
    """Return the name of a run so that it fits a line together with its numbers."""
    if width is None or len(name) + len(numbers) <= width:
        return name
    return name[: max(0, width - len(numbers) - 1)] + "…"


def describe_resume(event: Resume) -> str:
    """Return in words where a run continues."""
    place = f"epoch {event.epoch}" if event.epoch else "the beginning"
    if event.batches:
        place += f" and {event.batches} mini-batches"
    remark = f" ({event.remark})" if event.remark else ""
    return f"resumes from {place}{remark}"
