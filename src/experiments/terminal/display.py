"""The live display: one line for each running run. In a file, one line for each epoch."""

from types import TracebackType

from rich.console import Console, RenderableType
from rich.live import Live
from rich.text import Text

from experiments.recording import End, Epoch, Event, Note, Resume, Status, describe_end
from experiments.terminal.style import STYLES, duration


class Display:
    """Shows the events of runs as they come."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)
        self._lines: dict[str, str] = {}
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
        self._refresh()
        self._live.stop()

    def say(self, message: str, style: str = "") -> None:
        """Print a message above the live lines. It is never wrapped or cut."""
        self._console.print(Text(message, style), soft_wrap=True)

    def print(self, table: RenderableType) -> None:
        """Print a table above the live lines."""
        self._console.print(table)

    def show(self, name: str, epochs: int, event: Event) -> None:
        """Show an event of the run ``name``, which has ``epochs`` epochs."""
        if isinstance(event, Epoch) and self._console.is_terminal:
            self._lines[name] = progress_line(name, epochs, event, self._console.width)
        elif isinstance(event, Epoch):
            self.say(progress_line(name, epochs, event))
        elif isinstance(event, Resume):
            self.say(f"{name}  {describe_resume(event)}")
        elif isinstance(event, Note):
            warning = STYLES[Status.INTERRUPTED] if event.recorded else ""
            self.say(f"{name}  {event.message}", warning)
        elif isinstance(event, End):
            self._lines.pop(name, None)
            self.say(f"{name}  {describe_end(event)}", STYLES[event.status])
        self._refresh()

    def _refresh(self) -> None:
        if self._console.is_terminal:
            text = "\n".join(self._lines.values())
            self._live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)


def progress_line(name: str, epochs: int, event: Epoch, width: int | None = None) -> str:
    """Return the line of a run: epoch, costs, accuracies, remaining time.

    If the line is wider than ``width`` columns, the name is cut.
    """
    metrics = event.metrics
    remaining = event.elapsed / event.epoch * (epochs - event.epoch)
    numbers = (
        f"  {event.epoch:>{len(str(epochs))}}/{epochs}"
        f"  cost {metrics['train/cost']:.4f} val {metrics['validation/cost']:.4f}"
        f"  acc {metrics['train/accuracy']:.1%} val {metrics['validation/accuracy']:.1%}"
        f"  ETA {duration(remaining)}"
    )
    if width is not None and len(name) + len(numbers) > width:
        name = name[: max(0, width - len(numbers) - 1)] + "…"
    return name + numbers


def describe_resume(event: Resume) -> str:
    """Return in words where a run continues."""
    place = f"epoch {event.epoch}" if event.epoch else "the beginning"
    if event.batches:
        place += f" and {event.batches} mini-batches"
    remark = f" ({event.remark})" if event.remark else ""
    return f"resumes from {place}{remark}"
