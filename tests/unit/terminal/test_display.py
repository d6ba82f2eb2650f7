"""The live display on a terminal of 80 columns, and the plain lines in a file."""

import os
from collections.abc import Callable
from contextlib import suppress

import msgspec
import pytest
import records

from experiments.recording import Epoch, Note, Status
from experiments.terminal import Display, Expected, WholeSweep
from experiments.terminal.display import begun_line, describe_resume, progress_line

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


def test_the_remaining_time_follows_from_the_pace_if_that_is_known() -> None:
    """The first epoch takes longer, so the epochs of other runs say more about the rest."""
    first = epoch(1, seconds=9.0)
    assert progress_line(RUN, EPOCHS, first, pace=2.0).endswith("ETA 0:58")


@pytest.mark.parametrize(
    ("complete", "pace", "shown"),
    [(0, None, "ce adam   0/30  training"), (6, 2.0, "ce adam   6/30  training  ETA 0:48")],
)
def test_a_run_that_has_begun_has_a_line(complete: int, pace: float | None, shown: str) -> None:
    assert begun_line(RUN, EPOCHS, complete, 80, pace) == shown
    assert begun_line(RUN, EPOCHS, EPOCHS, 80, pace) == f"{RUN}  30/30  scoring the test set"
    assert len(begun_line(90 * "n", EPOCHS, complete, 80, pace)) == 80


def test_the_remaining_time_is_the_longest_if_a_schedule_may_end_the_run() -> None:
    assert progress_line(RUN, EPOCHS, epoch(6), may_end=True).endswith("  ETA up to 0:48")
    begun = begun_line(RUN, EPOCHS, 6, 80, 2.0, may_end=True)
    assert begun == "ce adam   6/30  training  ETA up to 0:48"


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


# A whole sweep


def sweep_of(n: int) -> WholeSweep:
    runs = [Expected(str(number), "kind", EPOCHS) for number in range(n)]
    whole = WholeSweep(runs, settled=0, processes=2, at_once=2, clock=lambda: 0.0)
    whole.guess("kind", 2.0)
    return whole


def test_a_terminal_shows_a_run_and_the_sweep_before_the_first_epoch_ends() -> None:
    def show(display: Display) -> None:
        whole = sweep_of(2)
        with display:
            display.watch(whole)
            whole.show("0", records.START)
            display.show(RUN, EPOCHS, records.START, 2.0)

    shown = on_terminal(show)
    begun = "sweep: 0 of 2 done, 1 running, 1 queued, about 1:00 left"
    assert begun_line(RUN, EPOCHS, 0, 80, 2.0) in shown[: shown.index(begun)]


def test_the_line_of_the_sweep_stays_in_view_below_many_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINES", "8")

    def show(display: Display) -> None:
        with display:
            display.watch(sweep_of(9))
            for number in range(9):
                display.show(f"seed={number}", EPOCHS, records.START)

    last = on_terminal(show).rpartition("seed=0 ")[2]
    assert "seed=3 " in last
    assert "seed=4 " not in last
    assert last.index("... and 5 more runs") < last.index("sweep: 0 of 9 done")


def test_a_file_gets_the_line_of_the_sweep_after_a_tenth_of_its_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    whole = sweep_of(20)
    with Display() as display:
        display.watch(whole)
        for number in range(20):
            for event in (records.START, records.end()):
                whole.show(str(number), event)
                display.show(f"seed={number}", EPOCHS, event)
    lines = capsys.readouterr().out.splitlines()
    of_sweep = [place for place, line in enumerate(lines) if line.startswith("sweep: ")]
    assert of_sweep == [2, 5, 8, 11, 14, 17, 20, 23, 26]
    assert lines[2] == "sweep: 2 of 20 done, 0 running, 18 queued, about 9:00 left"
    assert len(lines) == 29
