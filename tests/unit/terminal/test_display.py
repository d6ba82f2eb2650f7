"""The live display on a terminal of 80 columns, and the plain lines in a file."""

import os
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
import records

from experiments.recording import Epoch, Note, Status
from experiments.terminal import Display
from experiments.terminal.display import describe_resume, progress_line

RUN, EPOCHS = "ce adam", 30
WARNING = "no checkpoint could be written: [Errno 28] No space left"


def epoch(number: int, *, seconds: float = 2.0, **metrics: float) -> Epoch:
    """Return an epoch whose numbers are as wide as they become."""
    wide = {"train/cost": 0.12344, "train/accuracy": 1.0, "validation/cost": 2.30259}
    return records.epoch(number, seconds=seconds, **{**wide, **metrics})


def line(event: Epoch, name: str = RUN) -> str:
    return progress_line(name, EPOCHS, event)


# The line of a run


def test_a_line_shows_the_progress_of_a_run() -> None:
    shown = line(epoch(6))
    assert shown == ("ce adam   6/30  cost 0.1234 val 2.3026  acc 100.0% val 90.0%  ETA 0:48")


@pytest.mark.parametrize("name", ["mse sgd", "ce sgd", "ce adam", "mse nesterov"])
def test_lines_fit_80_columns_and_are_aligned(name: str) -> None:
    lines = [line(epoch(number, seconds=120.0), name) for number in range(1, 31)]
    assert max(map(len, lines)) <= 80
    assert len({each.index("  cost") for each in lines}) == 1


def test_the_line_of_a_run_without_overrides_fits_80_columns() -> None:
    event = epoch(10, **{"train/accuracy": 0.9876})
    assert len(line(event, "784-30-10 mse sgd")) <= 80


@pytest.mark.parametrize(("remaining", "shown"), [(0.4, "0:00"), (59.7, "1:00"), (3600, "1:00:00")])
def test_the_remaining_time_is_in_proportion_to_the_remaining_epochs(
    remaining: float, shown: str
) -> None:
    """After 15 of 30 epochs the remaining time is the time that has passed."""
    assert line(epoch(15, seconds=remaining / 15)).endswith(f"  ETA {shown}")


def test_no_time_remains_after_the_last_epoch() -> None:
    assert line(epoch(30)).endswith("ETA 0:00")


def test_the_remaining_time_does_not_count_interruptions() -> None:
    """After an interruption the time of an epoch is hours later, its `elapsed` is not."""
    later = msgspec.structs.replace(epoch(15), time=99_999.0)
    assert line(later) == line(epoch(15))


@pytest.mark.parametrize(
    ("after", "batches", "remark", "words"),
    [
        (0, 0, "", "resumes from the beginning"),
        (3, 0, "", "resumes from epoch 3"),
        (3, 17, "", "resumes from epoch 3 and 17 mini-batches"),
        (0, 17, "", "resumes from the beginning and 17 mini-batches"),
        (2, 0, "checkpoint.npz is damaged", "resumes from epoch 2 (checkpoint.npz is damaged)"),
    ],
)
def test_the_place_where_a_run_continues(after: int, batches: int, remark: str, words: str) -> None:
    assert describe_resume(records.resume(after, batches=batches, remark=remark)) == words


# A terminal and a file


def show_all(display: Display) -> None:
    """Show events of every kind."""
    events = [
        records.START,
        epoch(1),
        records.resume(1, batches=3),
        records.note(WARNING),
        epoch(2),
        records.end(),
    ]
    with display:
        for event in events:
            display.show(RUN, EPOCHS, event)
        for event in (epoch(1), records.end(Status.DIVERGED)):
            display.show("mse sgd", EPOCHS, event)
        display.show("mse adam", EPOCHS, records.end(Status.FAILED))
        display.say("Recorded in [a folder] with a name " + 100 * "x")


LASTING = [
    "ce adam  resumes from epoch 1 and 3 mini-batches",
    f"ce adam  {WARNING}",
    "ce adam  finished: test accuracy 87.50%, cost 0.3750, 61.2 s",
    "mse sgd  diverged: cost or norms became NaN or infinite in epoch 3",
    "mse adam  failed: its process was ended by SIGSEGV",
    "Recorded in [a folder] with a name " + 100 * "x",
]
"""The lines that stay on a terminal."""


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
    """Return the characters that are sent to a terminal of 80 columns."""
    reader, writer = os.openpty()
    with os.fdopen(writer, "w") as terminal, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TERM", "xterm")
        patch.setenv("COLUMNS", "80")
        patch.delenv("NO_COLOR", raising=False)
        patch.setattr("sys.stdout", terminal)
        show(Display())
    chunks = []
    with os.fdopen(reader, "rb", buffering=0) as screen, suppress(OSError):  # EIO at the end
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


def test_a_name_is_cut_so_that_a_live_line_fits() -> None:
    def show(display: Display) -> None:
        with display:
            display.show(90 * "n", EPOCHS, epoch(1))

    shown = on_terminal(show)
    assert "nnn…" in shown
    assert 40 * "n" not in shown
    assert "ETA 0:58" in shown


@pytest.mark.parametrize(
    ("note", "coloured"), [(records.note("hello"), True), (Note(message="hello"), False)]
)
def test_only_a_recorded_note_is_a_warning(note: Note, coloured: bool) -> None:
    shown = on_terminal(lambda display: display.show(RUN, EPOCHS, note))
    assert f"{RUN}  hello" in shown
    assert (f"\x1b[31m{RUN}  hello" in shown) == coloured
