"""What the terminal shows, within 80 columns, and what a file gets instead."""

import io
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from experiments.recording.record import Record, ending
from experiments.terminal.display import Display, Outcome, progress, resumption, summary

RUN, EPOCHS = "ce adam", 30
START = {"event": "start", "time": 1000.0}
FINISHED = {
    "event": "end",
    "status": "finished",
    "time": 1061.3,
    "metrics": {"test/accuracy": 0.95436, "test/cost": 0.15249},
    "elapsed": 61.27,
}
DIVERGED = {
    "event": "end",
    "status": "diverged",
    "time": 1002.0,
    "message": "cost or norms became NaN or infinite in epoch 3",
    "elapsed": 5.5,
}
FAILED = {
    "event": "end",
    "status": "failed",
    "time": 1001.0,
    "message": "its process was ended by SIGSEGV",
}
INTERRUPTED = {
    "event": "end",
    "status": "interrupted",
    "time": 1000.5,
    "message": "stopped by SIGINT after epoch 1",
    "elapsed": 2.5,
}
RESUMED = {"event": "resume", "epoch": 1, "batches": 3, "remark": ""}
NOTE = {"event": "note", "message": "no checkpoint could be written: [Errno 28] No space left"}


def epoch(number: int, *, seconds: float = 2.0, accuracy: float = 0.9) -> dict[str, Any]:
    metrics = {
        "train/cost": 0.12344,
        "train/accuracy": 1.0,
        "validation/cost": 2.30259,
        "validation/accuracy": accuracy,
    }
    elapsed = seconds * number
    event = {"event": "epoch", "epoch": number, "time": 1000 + elapsed, "metrics": metrics}
    return {**event, "elapsed": elapsed}


def line(event: dict[str, Any], name: str = RUN) -> str:
    return progress(name, EPOCHS, event)


def outcome(name: str, *events: dict[str, Any]) -> Outcome:
    return Outcome.of(name, Record.of(events, Path("journal")))


def printed(*outcomes: Outcome) -> list[str]:
    """Return the lines of the summary on a terminal of 80 columns."""
    file = io.StringIO()
    Console(file=file, width=80).print(summary(outcomes))
    return [line.rstrip() for line in file.getvalue().splitlines()]


# The line of a run


def test_a_line_says_how_far_a_run_is() -> None:
    shown = line(epoch(6))
    assert shown.startswith("ce adam   6/30  ")
    assert shown.endswith("  ETA 0:48")
    places = [shown.index(number) for number in ("0.123", "2.30", "100.0", "90.0")]
    assert places == sorted(places)


@pytest.mark.parametrize("name", ["mse sgd", "ce sgd", "ce adam", "mse nesterov"])
def test_lines_fit_80_columns_and_stand_in_columns(name: str) -> None:
    lines = [line(epoch(number, seconds=120.0), name) for number in range(1, 31)]
    assert max(map(len, lines)) <= 80
    assert len({each.index("  cost") for each in lines}) == 1


def test_the_line_of_a_run_without_overrides_fits_80_columns() -> None:
    event = epoch(10)
    event["metrics"]["train/accuracy"] = 0.9876
    assert len(line(event, "784-30-10 mse sgd")) <= 80


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
        (3599, "59:59"),
        (3600, "1:00:00"),
        (36_061, "10:01:01"),
    ],
)
def test_the_time_to_go(left: float, shown: str) -> None:
    """After 15 of 30 epochs as much time is left as has passed."""
    assert line(epoch(15, seconds=left / 15)).endswith(f"  ETA {shown}")


def test_the_last_epoch_leaves_nothing_to_do() -> None:
    assert line(epoch(30)).endswith("ETA 0:00")


def test_the_time_to_go_counts_the_work_and_not_the_pauses() -> None:
    """After an interruption an epoch's time is hours later, `elapsed` is not."""
    assert line({**epoch(15), "time": 99_999.0}) == line(epoch(15))


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (FINISHED, "finished: test accuracy 95.44%, cost 0.1525, 61.3 s"),
        (DIVERGED, "diverged: cost or norms became NaN or infinite in epoch 3"),
        (FAILED, "failed: its process was ended by SIGSEGV"),
        (
            INTERRUPTED,
            "interrupted: stopped by SIGINT after epoch 1; the same command goes on with it",
        ),
    ],
)
def test_how_a_run_ended(event: dict[str, Any], words: str) -> None:
    assert ending(event) == words


@pytest.mark.parametrize(
    ("epochs", "batches", "remark", "words"),
    [
        (0, 0, "", "goes on from the beginning"),
        (3, 0, "", "goes on from epoch 3"),
        (3, 17, "", "goes on from epoch 3 and 17 mini-batches"),
        (0, 17, "", "goes on from the beginning and 17 mini-batches"),
        (2, 0, "checkpoint.npz is damaged", "goes on from epoch 2 (checkpoint.npz is damaged)"),
    ],
)
def test_from_where_a_run_goes_on(epochs: int, batches: int, remark: str, words: str) -> None:
    assert resumption({"epoch": epochs, "batches": batches, "remark": remark}) == words


# The table of a sweep


def test_the_summary_of_a_sweep() -> None:
    assert printed(
        outcome("mse sgd", START, epoch(1), epoch(2, accuracy=0.95), FINISHED),
        outcome("mse adam", START, epoch(1), epoch(2), DIVERGED),
        outcome("ce sgd", START, FAILED),
        outcome("ce nag", START, epoch(1), FAILED),
        outcome("ce adam", START, epoch(1), INTERRUPTED),
        outcome("ce rms"),
    ) == [
        "run       outcome      epochs  validation    test  seconds",
        "mse sgd   finished          2      95.00%  95.44%     61.3",
        "mse adam  diverged          2      90.00%              5.5",
        "ce sgd    failed            0",
        "ce nag    failed            1      90.00%              2.0",
        "ce adam   interrupted       1      90.00%              2.5",
        "ce rms    interrupted       0",
    ]


@pytest.mark.parametrize(
    "name", ["784-128-64-10 mse nesterov", "sizes=[784,100,10] seed=1", "mirrors=[http://a]"]
)
def test_a_name_is_whole_in_the_summary(name: str) -> None:
    _, row = printed(outcome(name, START, epoch(1), FINISHED))
    assert row.startswith(f"{name}  finished")


# A terminal and a file


def show_all(display: Display) -> None:
    with display:
        for event in (START, epoch(1), RESUMED, NOTE, epoch(2), FINISHED):
            display.show(RUN, EPOCHS, event)
        for event in (epoch(1), DIVERGED):
            display.show("mse sgd", EPOCHS, event)
        display.show("mse adam", EPOCHS, FAILED)
        display.say("Recorded in [a folder] of a name " + 100 * "x")


LASTING = [
    "ce adam  goes on from epoch 1 and 3 mini-batches",
    "ce adam  no checkpoint could be written: [Errno 28] No space left",
    "ce adam  finished: test accuracy 95.44%, cost 0.1525, 61.3 s",
    "mse sgd  diverged: cost or norms became NaN or infinite in epoch 3",
    "mse adam  failed: its process was ended by SIGSEGV",
    "Recorded in [a folder] of a name " + 100 * "x",
]


def test_a_file_gets_plain_lines(capsys: pytest.CaptureFixture[str]) -> None:
    show_all(Display())
    assert capsys.readouterr().out.splitlines() == [
        line(epoch(1)),
        *LASTING[:2],
        line(epoch(2)),
        LASTING[2],
        line(epoch(1), "mse sgd"),
        *LASTING[3:],
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
    last_live = line(epoch(1), "mse sgd")
    for live, lasting in ((line(epoch(2)), LASTING[2]), (last_live, LASTING[3])):
        assert erase in shown[shown.index(live) : shown.index(lasting)]
    assert erase in shown[shown.rindex(last_live) : shown.index(LASTING[4])]
    assert [shown.count(each) for each in LASTING] == [1] * len(LASTING)


def test_live_lines_are_cut_at_the_edge() -> None:
    def show(display: Display) -> None:
        with display:
            display.show(90 * "n", EPOCHS, epoch(1))

    shown = on_terminal(show)
    assert "nnn…" in shown
    assert 40 * "n" not in shown
    assert "ETA 0:58" in shown
    assert 80 * "n" not in shown
