"""`experiments status`, from journals that were written for the test."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import records

from experiments.errors import DataError, UserError
from experiments.recording import JOURNAL, SWEEP_RECORD, Event, Journal, Status, sweep_folder
from experiments.terminal import show_status

Show = Callable[..., list[str]]


@pytest.fixture
def show(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Show:
    """Return a function that returns the lines which `experiments status` prints."""
    monkeypatch.setenv("COLUMNS", "80")

    def lines(chosen: str | None = None) -> list[str]:
        show_status(tmp_path, chosen)
        return [line.rstrip() for line in capsys.readouterr().out.splitlines()]

    return lines


def sweep_of(outputs: Path, sweep: str, *runs: tuple[Event, ...], time: float = 1.0) -> list[Path]:
    """Write a sweep with these events of its runs, and return the folders of the runs."""
    identities = [f"{sweep}{number}" for number in range(len(runs))]
    record = records.sweep_record(identities, id=sweep, time=time, name=f"name of {sweep}")
    records.write_sweep_record(outputs, record)
    return [
        records.write_run(outputs, identity, *events)
        for identity, events in zip(identities, runs, strict=True)
        if events
    ]


FINISHED = (*records.epochs(3), records.end())
DIVERGED = (*records.epochs(2), records.end(Status.DIVERGED))
FAILED = (records.START, records.end(Status.FAILED))
STOPPED = (records.epoch(1), records.end(Status.INTERRUPTED))
DEAD = (records.epoch(1),)
PLANNED: tuple[Event, ...] = ()


def test_the_table_shows_every_run_of_a_sweep(tmp_path: Path, show: Show) -> None:
    sweep_of(tmp_path, "ab", FINISHED, DIVERGED, FAILED, STOPPED, DEAD, PLANNED)
    assert show() == [
        "ab  name of ab 1 diverged, 1 failed, 1 finished, 2 interrupted, 1 planned",
        "",
        "run    status       epochs  validation    test  ETA",
        "run 0  finished        3/3      90.00%  87.50%",
        "run 1  diverged        2/3      90.00%",
        "run 2  failed          0/3",
        "run 3  interrupted     1/3      90.00%",
        "run 4  interrupted     1/3      90.00%",
        "run 5  planned",
        "run 1: cost or norms became NaN or infinite in epoch 3",
        "run 2: its process was ended by SIGSEGV",
        "run 3: stopped by SIGINT after epoch 1",
    ]


def test_gradients_that_were_checked_have_a_line(tmp_path: Path, show: Show) -> None:
    unchecked = records.certificate(errors=[])
    sweep_of(
        tmp_path,
        "ab",
        (records.certificate(3e-9, 2e-9), *FINISHED),
        (records.certificate(1e-9, 0.25), records.end(Status.FAILED, message="layer 2 is wrong")),
        (unchecked, *DIVERGED),
        FINISHED,
    )
    lines = show()
    (line,) = (line for line in lines if "radient" in line)
    assert line == "Gradients checked before training: 1 of 2 right, largest error 0.2"
    assert "run 1: layer 2 is wrong" in lines


def test_a_running_run_shows_its_remaining_time(tmp_path: Path, show: Show) -> None:
    (folder,) = sweep_of(tmp_path, "ab", (records.epoch(1, seconds=45.0),))
    with Journal(folder) as journal:
        assert show()[-1] == "run 0  running     1/3      90.00%        1:30"
        journal.append(records.epoch(2, seconds=45.0))
        assert show()[-1] == "run 0  running     2/3      90.00%        0:45"


def test_a_run_that_its_schedule_ends_has_no_more_epochs(tmp_path: Path, show: Show) -> None:
    """The accuracies of all epochs are equal."""
    schedule = {"_target_": "nn.StopOnPlateau", "patience": 2}
    start = records.start(config={"schedule": schedule, "epochs": 9})
    for number, events in enumerate(
        (
            (start, *records.epochs(3), records.end(ended_after=3)),
            (start, *records.epochs(2), records.end(Status.DIVERGED)),
            (start, *records.epochs(2)),
        )
    ):
        folder = records.write_run(tmp_path, f"{number}", *events)
    with Journal(folder) as journal:
        assert [line.split()[3:] for line in show()[3:6]] == [
            ["finished", "3/3", "90.00%", "87.50%"],
            ["diverged", "2/9", "90.00%"],
            ["running", "2/9", "90.00%", "up", "to", "0:14"],
        ]
        journal.append(records.epoch(3))
        assert show()[5].split()[3:] == ["running", "3/3", "90.00%", "0:00"]


def test_a_run_in_its_first_epoch_shows_no_remaining_time(tmp_path: Path, show: Show) -> None:
    (folder,) = sweep_of(tmp_path, "ab", (records.START,))
    with Journal(folder):
        assert show()[-1] == "run 0  running     0/3"


def test_a_resumed_run_does_not_show_its_last_message(tmp_path: Path, show: Show) -> None:
    (folder,) = sweep_of(tmp_path, "ab", (*STOPPED, records.resume(1)))
    with Journal(folder):
        assert not [line for line in show() if "stopped by" in line]


def test_a_long_name_is_cut_to_fit_80_columns(tmp_path: Path, show: Show) -> None:
    name = "activation=relu initializer=he schedule=halve_on_plateau seed=1"
    records.write_run(tmp_path, "ab", records.start(name=name), *FINISHED)
    row = show()[-1]
    assert re.fullmatch(r"activation=relu .*…  finished     3/3      90.00%  87.50%", row)
    assert max(map(len, show())) <= 80


# Several sweeps, and single runs


def test_every_sweep_has_a_line_and_the_newest_has_a_table(tmp_path: Path, show: Show) -> None:
    sweep_of(tmp_path, "new", DIVERGED, time=2.0)
    sweep_of(tmp_path, "old", FINISHED, time=1.0)
    records.write_run(tmp_path, "single", *FINISHED)
    lines = show()
    assert lines[:4] == [
        "old  name of old 1 finished",
        "new  name of new 1 diverged",
        "single runs 1 finished",
        "",
    ]
    assert lines[4] == "The newest sweep, new; the id of another one shows its runs:"
    assert len([line for line in lines if line.startswith("run 0  ")]) == 1
    assert re.match("run 0  diverged", lines[6])


def test_without_sweeps_the_single_runs_are_shown_the_oldest_first(
    tmp_path: Path, show: Show
) -> None:
    records.write_run(tmp_path, "b", records.start(name="first"), *FINISHED)
    records.write_run(tmp_path, "a", records.start(name="second"), *FAILED[1:])
    lines = show()
    assert lines[0] == "single runs 1 failed, 1 finished"
    assert [line.split()[0] for line in lines[3:5]] == ["first", "second"]
    assert lines[5] == "second: its process was ended by SIGSEGV"


def test_a_run_that_was_set_aside_is_not_shown(tmp_path: Path, show: Show) -> None:
    records.write_run(tmp_path, "a", *FINISHED)
    records.write_run(tmp_path, "a.1", *FAILED)
    assert show()[0] == "single runs 1 finished"


def test_a_sweep_is_chosen_by_the_start_of_its_id_or_its_folder(tmp_path: Path, show: Show) -> None:
    sweep_of(tmp_path, "abc", FINISHED, time=1.0)
    sweep_of(tmp_path, "abd", DIVERGED, time=2.0)
    records.write_run(tmp_path, "single", *FINISHED)
    for chosen in ("abc", str(sweep_folder(tmp_path, "abc"))):
        lines = show(chosen)
        assert lines[0] == "abc  name of abc 1 finished"
        assert not [line for line in lines if "single" in line or "abd" in line]


@pytest.mark.parametrize(("chosen", "found"), [("ab", 2), ("x", 0)])
def test_an_unknown_or_ambiguous_sweep_is_an_error_that_names_the_known_ones(
    tmp_path: Path, chosen: str, found: int
) -> None:
    sweep_of(tmp_path, "abc", FINISHED, time=1.0)
    sweep_of(tmp_path, "abd", FINISHED, time=2.0)
    message = f"^{chosen}: {found} sweeps match, expected one; known ids: abc, abd$"
    with pytest.raises(UserError, match=message):
        show_status(tmp_path, chosen)


def test_a_folder_without_runs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=re.escape(f"{tmp_path}: no runs are recorded there yet")):
        show_status(tmp_path, None)


# Damage


def test_a_damaged_run_is_shown_with_its_cause(tmp_path: Path, show: Show) -> None:
    """It is shown even if it belongs to an older sweep than the one in the table."""
    (damaged,) = sweep_of(tmp_path, "old", FINISHED, time=1.0)
    sweep_of(tmp_path, "new", FINISHED, time=2.0)
    contents = (damaged / JOURNAL).read_bytes()
    (damaged / JOURNAL).write_bytes(contents.replace(b"train/cost", b"train/lost"))
    lines = show()
    assert lines[0] == "old  name of old 1 damaged"
    assert lines[-1].startswith(f"run 0: {damaged / JOURNAL}: line 2 is damaged")
    assert show("old")[3].split() == ["run", "0", "damaged"]


def test_a_damaged_sweep_alone_is_an_error_that_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sweep_folder(tmp_path, "cd")
    folder.mkdir(parents=True)
    (folder / SWEEP_RECORD).write_bytes(b"damaged")
    for chosen in (None, "cd"):
        with pytest.raises(DataError, match=f"^{folder / SWEEP_RECORD}: is damaged"):
            show_status(tmp_path, chosen)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("contents", [b"garbage\n", b'{"a": 1}'])
def test_a_journal_of_another_kind_is_damaged(tmp_path: Path, show: Show, contents: bytes) -> None:
    damaged, _ = sweep_of(tmp_path, "ab", FINISHED, FINISHED)
    (damaged / JOURNAL).write_bytes(contents)
    lines = show()
    assert lines[0] == "ab  name of ab 1 damaged, 1 finished"
    assert f"{damaged / JOURNAL}: is damaged: its first line is no start event" in lines[-1]


def test_a_damaged_sweep_does_not_hide_the_others(tmp_path: Path, show: Show) -> None:
    sweep_of(tmp_path, "ab", FINISHED)
    damaged = sweep_folder(tmp_path, "cd")
    damaged.mkdir()
    (damaged / SWEEP_RECORD).write_bytes(b"damaged")
    lines = show()
    assert lines[0].startswith(f"{damaged / SWEEP_RECORD}: is damaged")
    assert lines[1] == "ab  name of ab 1 finished"


def test_a_closed_test_set_is_a_word_and_no_number(tmp_path: Path, show: Show) -> None:
    sweep_of(tmp_path, "ab", (*records.epochs(3), records.closed_end()))
    assert show()[-1].split() == ["run", "0", "finished", "3/3", "90.00%", "closed"]
