"""What the terminal shows while runs go on: one live line per run, or plain lines in a file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from experiments.recording.record import Record, ending

STYLES = {
    "finished": "green",
    "diverged": "yellow",
    "failed": "bold red",
    "interrupted": "red",
    "running": "cyan",
    "planned": "dim",
}


@dataclass(frozen=True)
class Outcome:
    """What a table says of a run."""

    name: str
    status: str
    epochs: int
    validation: float | None  # accuracy after the last epoch
    test: float | None  # accuracy
    seconds: float

    @classmethod
    def of(cls, name: str, record: Record) -> "Outcome":
        """Return it for the record of a run."""
        last = record.epochs[-1]["metrics"] if record.epochs else {}
        test = record.end.get("metrics", {})
        return cls(
            name=name,
            status=record.status,
            epochs=len(record.epochs),
            validation=last.get("validation/accuracy"),
            test=test.get("test/accuracy"),
            seconds=record.seconds,
        )


class Display:
    """Shows the journal events of one run or of the jobs of a sweep, as they come."""

    def __init__(self) -> None:
        self.console = Console(highlight=False)
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

    def show(self, name: str, epochs: int, event: Mapping[str, Any]) -> None:
        """Show one event of the run with that name and number of epochs."""
        kind = event["event"]
        if kind == "epoch" and self.console.is_terminal:
            self._lines[name] = progress(name, epochs, event, self.console.width)
        elif kind == "epoch":
            self.say(progress(name, epochs, event))
        elif kind == "resume":
            self.say(f"{name}  {resumption(event)}")
        elif kind == "note":
            self.say(f"{name}  {event['message']}", STYLES["interrupted"])
        elif kind == "end":
            self._lines.pop(name, None)
            self.say(f"{name}  {ending(event)}", STYLES[event["status"]])
        self._refresh()

    def _refresh(self) -> None:
        if self.console.is_terminal:
            text = "\n".join(self._lines.values())
            self._live.update(Text(text, no_wrap=True, overflow="ellipsis"), refresh=True)


def progress(name: str, epochs: int, event: Mapping[str, Any], width: int | None = None) -> str:
    """Return a run's line: epoch, costs and accuracies of training and validation, time to go.

    Where it is wider than ``width`` columns, the run's name is cut.
    """
    epoch, metrics = event["epoch"], event["metrics"]
    numbers = (
        f"  {epoch:>{len(str(epochs))}}/{epochs}"
        f"  cost {metrics['train/cost']:.4f} val {metrics['validation/cost']:.4f}"
        f"  acc {metrics['train/accuracy']:.1%} val {metrics['validation/accuracy']:.1%}"
        f"  ETA {clock(event['elapsed'] / epoch * (epochs - epoch))}"
    )
    if width is not None and len(name) + len(numbers) > width:
        name = name[: max(0, width - len(numbers) - 1)] + "…"
    return name + numbers


def clock(seconds: float) -> str:
    """Return a duration as minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def resumption(event: Mapping[str, Any]) -> str:
    """Return from where a run goes on, in words."""
    place = f"epoch {event['epoch']}" if event["epoch"] else "the beginning"
    if event["batches"]:
        place += f" and {event['batches']} mini-batches"
    remark = f" ({event['remark']})" if event["remark"] else ""
    return f"goes on from {place}{remark}"


def summary(outcomes: Sequence[Outcome]) -> Table:
    """Return a table of runs and what came of them."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("run")
    table.add_column("outcome", no_wrap=True)
    for column in ("epochs", "validation", "test", "seconds"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in outcomes:
        table.add_row(
            Text(each.name, no_wrap=True, overflow="ellipsis"),  # only this gives way
            Text(each.status, STYLES[each.status]),
            str(each.epochs),
            "" if each.validation is None else f"{each.validation:.2%}",
            "" if each.test is None else f"{each.test:.2%}",
            f"{each.seconds:.1f}" if each.seconds else "",
        )
    return table
