"""What the terminal shows while runs go on: one live line per run, or plain lines in a file."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

STYLES = {"finished": "green", "diverged": "yellow", "failed": "bold red", "killed": "red"}


class Display:
    """Shows the journal events of one run or of the jobs of a sweep, as they come."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
        self._starts: dict[str, Mapping[str, Any]] = {}
        self._lines: dict[str, str] = {}
        self._live = Live(console=self.console, auto_refresh=False, transient=True)

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
        """Print one lasting line, never wrapped or cut."""
        self.console.print(Text(message, style), soft_wrap=True)

    def show(self, run: str, event: Mapping[str, Any]) -> None:
        """Show one event of the run with that key."""
        if event["event"] == "start":
            self._starts[run] = event
        elif event["event"] == "epoch":
            if self.console.is_terminal:
                self._lines[run] = progress(self._starts[run], event, self.console.width)
            else:
                self.say(progress(self._starts[run], event))
        else:
            self._lines.pop(run, None)
            name = self._starts[run]["name"] if run in self._starts else run
            self.say(f"{name}  {ending(event)}", STYLES[event["status"]])
        self._refresh()

    def _refresh(self) -> None:
        if self.console.is_terminal:
            text = "\n".join(self._lines.values())
            self._live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)


def progress(start: Mapping[str, Any], event: Mapping[str, Any], width: int | None = None) -> str:
    """Return a run's line: epoch, costs and accuracies of training and validation, time to go.

    Where it is wider than ``width`` columns, the run's name is cut.
    """
    epoch, epochs, metrics = event["epoch"], start["config"]["epochs"], event["metrics"]
    left = round((event["time"] - start["time"]) / epoch * (epochs - epoch))
    numbers = (
        f"  {epoch:>{len(str(epochs))}}/{epochs}"
        f"  cost {metrics['train/cost']:.4f} val {metrics['validation/cost']:.4f}"
        f"  acc {metrics['train/accuracy']:.1%} val {metrics['validation/accuracy']:.1%}"
        f"  ETA {left // 60}:{left % 60:02}"
    )
    name: str = start["name"]
    if width is not None and len(name) + len(numbers) > width:
        name = name[: max(0, width - len(numbers) - 1)] + "…"
    return name + numbers


def ending(event: Mapping[str, Any]) -> str:
    """Return how a run ended, in words."""
    if event["status"] == "finished":
        metrics = event["metrics"]
        return (
            f"finished: test accuracy {metrics['test/accuracy']:.2%},"
            f" cost {metrics['test/cost']:.4f}, {event['seconds']:.1f} s"
        )
    return f"{event['status']}: {event['message']}"


def summary(runs: Sequence[tuple[str, Mapping[str, Any] | None, Mapping[str, Any]]]) -> Table:
    """Return a table of a sweep's runs, each its name, its last `epoch` event and its `end`."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run", no_wrap=True, overflow="ellipsis")
    table.add_column("outcome")
    for column in ("epochs", "validation", "test", "seconds"):
        table.add_column(column, justify="right")
    for name, last, end in runs:
        table.add_row(
            Text(name),
            Text(end["status"], STYLES[end["status"]]),
            str(last["epoch"]) if last else "0",
            f"{last['metrics']['validation/accuracy']:.2%}" if last else "",
            f"{end['metrics']['test/accuracy']:.2%}" if "metrics" in end else "",
            f"{end['seconds']:.1f}" if "seconds" in end else "",
        )
    return table
