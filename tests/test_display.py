"""What the terminal shows, within 80 columns, and what a file gets instead."""

import io
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from rich.console import Console

from experiments.display import Display, ending, progress, summary

START = {"event": "start", "name": "ce adam", "time": 1000.0, "config": {"epochs": 30}}
FINISHED = {
    "event": "end",
    "status": "finished",
    "metrics": {"test/accuracy": 0.95436, "test/cost": 0.15249},
    "seconds": 61.27,
}
DIVERGED = {
    "event": "end",
    "status": "diverged",
    "message": "cost or norms became NaN or infinite in epoch 3",
    "seconds": 2.0,
}
FAILED = {"event": "end", "status": "failed", "message": "its process was ended by SIGKILL"}
KILLED = {"event": "end", "status": "killed", "message": "stopped by SIGINT", "seconds": 0.5}


def epoch(number: int, *, seconds: float = 2.0, accuracy: float = 0.9) -> dict[str, Any]:
    metrics = {
        "train/cost": 0.12344,
        "train/accuracy": 1.0,
        "validation/cost": 2.30259,
        "validation/accuracy": accuracy,
    }
    return {"event": "epoch", "epoch": number, "time": 1000 + seconds * number, "metrics": metrics}


def printed(runs: list[tuple[str, Mapping[str, Any] | None, Mapping[str, Any]]]) -> list[str]:
    """Return the lines of the summary on a terminal of 80 columns."""
    file = io.StringIO()
    Console(file=file, width=80).print(summary(runs))
    return [line.rstrip() for line in file.getvalue().splitlines()]


# The line of a run


def test_a_line_says_how_far_a_run_is() -> None:
    line = progress(START, epoch(6))
    assert line.startswith("ce adam   6/30  ")
    assert line.endswith("  ETA 0:48")
    places = [line.index(number) for number in ("0.123", "2.30", "100.0", "90.0")]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["mse sgd", "ce sgd", "ce adam", "mse nesterov"])
def test_lines_fit_80_columns_and_stand_in_columns(name: str) -> None:
    start = {**START, "name": name}
    lines = [progress(start, epoch(number, seconds=120.0)) for number in range(1, 31)]
    assert max(map(len, lines)) <= 80
    assert len({line.index("  cost") for line in lines}) == 1


def test_the_line_of_a_run_without_overrides_fits_80_columns() -> None:
    event = epoch(10)
    event["metrics"]["train/accuracy"] = 0.9876
    assert len(progress({**START, "name": "784-30-10 mse sgd"}, event)) <= 80


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (0, "0:00"),
        (0.4, "0:00"),
        (9, "0:09"),
        (59.4, "0:59"),
        (59.7, "1:00"),
        (90, "1:30"),
        (119.9, "2:00"),
        (3600, "60:00"),
    ],
)
def test_the_time_to_go(left: float, shown: str) -> None:
    """After 15 of 30 epochs as much time is left as has passed."""
    line = progress(START, epoch(15, seconds=left / 15))
    assert line.endswith(f"  ETA {shown}")


def test_the_last_epoch_leaves_nothing_to_do() -> None:
    assert progress(START, epoch(30)).endswith("ETA 0:00")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (FINISHED, "finished: test accuracy 95.44%, cost 0.1525, 61.3 s"),
        (DIVERGED, "diverged: cost or norms became NaN or infinite in epoch 3"),
        (FAILED, "failed: its process was ended by SIGKILL"),
        (KILLED, "killed: stopped by SIGINT"),
    ],
)
def test_how_a_run_ended(event: dict[str, Any], words: str) -> None:
    assert ending(event) == words


# The table of a sweep


def test_the_summary_of_a_sweep() -> None:
    assert printed(
        [
            ("mse sgd", epoch(30, accuracy=0.95), FINISHED),
            ("mse adam", epoch(2), DIVERGED),
            ("ce sgd", None, FAILED),
            ("ce adam", epoch(1), KILLED),
        ]
    ) == [
        "run       outcome   epochs  validation    test  seconds",
        "mse sgd   finished      30      95.00%  95.44%     61.3",
        "mse adam  diverged       2      90.00%              2.0",
        "ce sgd    failed         0",
        "ce adam   killed         1      90.00%              0.5",
    ]


@pytest.mark.parametrize(
    "name", ["784-128-64-10 mse nesterov", "sizes=[784,100,10] seed=1", "mirrors=[http://a]"]
)
def test_a_name_is_whole_in_the_summary(name: str) -> None:
    _, row = printed([(name, epoch(30), FINISHED)])
    assert row.startswith(f"{name}  finished")


# A terminal and a file


def show_all(display: Display) -> None:
    with display:
        for event in (START, epoch(1), epoch(2), FINISHED):
            display.show("0", event)
        display.show("1", {**START, "name": "mse sgd"})
        display.show("1", epoch(1))
        display.show("1", DIVERGED)
        display.show("2", FAILED)
        display.say("Recorded in [a folder] of a name " + 100 * "x")


LASTING = [
    "ce adam  finished: test accuracy 95.44%, cost 0.1525, 61.3 s",
    "mse sgd  diverged: cost or norms became NaN or infinite in epoch 3",
    "2  failed: its process was ended by SIGKILL",
    "Recorded in [a folder] of a name " + 100 * "x",
]


def test_a_file_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show_all(Display())
    assert capsys.readouterr().out.splitlines() == [
        progress(START, epoch(1)),
        progress(START, epoch(2)),
        LASTING[0],
        progress({**START, "name": "mse sgd"}, epoch(1)),
        *LASTING[1:],
    ]


def on_terminal(show: Callable[[Display], None]) -> str:
    """Return what is sent to a terminal of 80 columns."""
    reader, writer = os.openpty()
    with os.fdopen(writer, "w") as terminal, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "xterm")
        patch.setenv("COLUMNS", "80")
        patch.setattr("sys.stdout", terminal)
        show(Display())
    chunks = []
    with os.fdopen(reader, "rb", buffering=0) as screen, suppress(OSError):  # EIO: no more to come
        while chunk := screen.read(10_000):
            chunks.append(chunk)
    return b"".join(chunks).decode()


def test_a_terminal_gets_a_live_line() -> None:
    shown, erase = on_terminal(show_all), "\x1b[2K"
    last_live = progress({**START, "name": "mse sgd"}, epoch(1))
    for live, lasting in ((progress(START, epoch(2)), LASTING[0]), (last_live, LASTING[1])):
        assert erase in shown[shown.index(live) : shown.index(lasting)]
    assert erase in shown[shown.rindex(last_live) : shown.index(LASTING[2])]
    assert [shown.count(line) for line in LASTING] == [1, 1, 1, 1]


def test_live_lines_are_cut_at_the_edge() -> None:
    def show(display: Display) -> None:
        with display:
            display.show("0", {**START, "name": 90 * "n"})
            display.show("0", epoch(1))

    shown = on_terminal(show)
    assert "nnn…" in shown
    assert 40 * "n" not in shown
    assert "ETA 0:58" in shown
    assert 80 * "n" not in shown
