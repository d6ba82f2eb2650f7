"""Results from journals: a row for each run, whatever its status."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import frames
import pytest
import records
from recorded_runs import (
    ADAM,
    DIED,
    DIVERGED,
    FAILED,
    FINISHED,
    INTERRUPTED,
    NEW_SWEEP,
    OLD_SWEEP,
    ORDER,
    VALIDATION,
    start,
)

from experiments.errors import DataError, UserError
from experiments.recording import SILENT_END, Journal, Status, run_folder, sweep_folder
from experiments.results import LeftOutWarning, correct_images
from experiments.results.journals import containing_outputs, load_journals, row_of


@contextmanager
def opened_journals() -> Iterator[list[str]]:
    """Collect the identities of the runs whose journal is opened inside of the context."""
    opened: list[str] = []

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        path = str(arguments[0]) if event == "open" else ""
        if active and path.endswith("journal.jsonl"):
            opened.append(Path(path).parent.name)

    active = True
    sys.addaudithook(hook)  # it cannot be removed
    try:
        yield opened
    finally:
        active = False


def test_each_run_is_a_row_with_its_status_and_message(outputs: Path) -> None:
    runs = load_journals(outputs, None).runs.set_index("identity")
    assert runs[["status", "message"]].apply(tuple, axis=1).to_dict() == {
        FINISHED: ("finished", ""),
        ADAM: ("finished", ""),
        DIVERGED: ("diverged", records.MESSAGES[Status.DIVERGED]),
        FAILED: ("failed", "no memory"),
        DIED: ("interrupted", SILENT_END),
        INTERRUPTED: ("interrupted", records.MESSAGES[Status.INTERRUPTED]),
    }
    assert set(runs["outputs"]) == {str(outputs)}


def test_epochs_have_the_metrics_of_the_journal(outputs: Path) -> None:
    epochs = load_journals(outputs, None).epochs
    finished = epochs[epochs["identity"] == FINISHED]
    assert list(finished["epoch"]) == [1, 2, 3]
    assert list(finished["validation/accuracy"]) == list(VALIDATION)
    assert dict(epochs["identity"].value_counts()) == {
        **dict.fromkeys((DIVERGED, DIED, INTERRUPTED), 1),
        FINISHED: 3,
        ADAM: 2,
    }
    assert list(epochs.columns[:2]) == ["identity", "epoch"]
    assert list(epochs.columns[2:]) == sorted(records.METRICS)


def test_a_row_has_the_values_of_the_record(outputs: Path) -> None:
    first = start("optimizer=adam", "seed=7")
    certified = records.record(first, records.certificate(), *records.epochs(2), records.end())
    row = row_of(certified, Status.FINISHED, outputs)
    assert (row.identity, row.name, row.started) == (first.identity, first.name, first.time)
    assert (row.status, row.message) == (Status.FINISHED, "")
    assert (row.run_seconds, row.data) == (61.25, "da7a")
    assert row.parameters["optimizer"] == "adam"
    assert row.parameters["seed"] == 7
    assert row.certificate == certified.certificate == records.certificate()
    assert row.end_metrics == records.TEST_METRICS
    assert row.correct_images == records.CORRECT_IMAGES


def test_a_run_whose_data_were_never_loaded_has_no_data(outputs: Path) -> None:
    record = records.record(start(dataset=None))
    assert row_of(record, Status.FAILED, outputs).data == ""


def test_only_a_finished_run_has_correct_images(outputs: Path) -> None:
    runs = load_journals(outputs, None).runs.set_index("identity")
    for column, value in records.CORRECT_IMAGES.items():
        assert runs[column].dtype == object
        assert {*runs.loc[[FINISHED, ADAM], column]} == {value}
        assert {*runs.loc[[DIVERGED, FAILED, DIED, INTERRUPTED], column]} == {None}
    value = runs.loc[FINISHED, "test/correct"]
    assert correct_images(value).tolist() == [True, True, False, *[True] * 6]


def test_a_process_that_holds_the_journal_makes_the_run_running(tmp_path: Path) -> None:
    folder = records.write_run(tmp_path, FINISHED, frames.start(), records.epoch(1))
    with Journal(folder):
        (row,) = load_journals(tmp_path, None).runs.to_dict("records")
    assert (row["status"], row["message"]) == ("running", "")


def test_a_sweep_has_its_recorded_runs_only(outputs: Path) -> None:
    assert set(load_journals(outputs, OLD_SWEEP).runs["identity"]) == {FINISHED, ADAM}
    assert set(load_journals(outputs, NEW_SWEEP).runs["identity"]) == {ADAM}  # one is planned


def test_the_folder_of_a_sweep_gives_its_runs(
    outputs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sweep_folder(outputs, OLD_SWEEP)
    assert set(load_journals(folder, None).runs["identity"]) == {FINISHED, ADAM}
    assert containing_outputs(folder) == outputs
    assert containing_outputs(outputs) == outputs
    monkeypatch.chdir(folder)
    runs = load_journals(Path(), None).runs
    assert set(runs["identity"]) == {FINISHED, ADAM}
    assert set(runs["outputs"]) == {str(outputs)}


def test_an_unknown_sweep_is_an_error_that_names_the_known_ones(outputs: Path) -> None:
    message = f"no sweep 77 is recorded there; there are {OLD_SWEEP}, {NEW_SWEEP}"
    for folder in (outputs, sweep_folder(outputs, OLD_SWEEP)):
        with pytest.raises(UserError, match=re.escape(message)):
            load_journals(folder, "77")


@pytest.mark.parametrize("name", ["", "nowhere"])
def test_a_folder_without_runs_is_an_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match=r"no runs are recorded there$"):
        load_journals(tmp_path / name, None)


def test_a_damaged_journal_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    folder = records.write_run(tmp_path, FINISHED, frames.start(), records.epoch(1))
    journal = folder / "journal.jsonl"
    journal.write_bytes(b"damage\n" + journal.read_bytes())
    with pytest.raises(DataError, match=re.escape(str(journal))):
        load_journals(tmp_path, None)


def test_runs_without_epochs_are_rows(tmp_path: Path) -> None:
    failed = records.end(Status.FAILED)
    records.write_run(tmp_path, FAILED, start("seed=3", dataset=None), failed)
    loaded = load_journals(tmp_path, None)
    assert len(loaded.epochs) == 0
    (row,) = loaded.runs.to_dict("records")
    assert (row["identity"], row["epochs_done"]) == (FAILED, 0)


def test_each_journal_of_a_finished_run_is_read_once(tmp_path: Path) -> None:
    identities = [f"{number:016}" for number in range(5)]
    for identity in identities:
        records.write_run(tmp_path, identity, start(), *records.epochs(2), records.end())
    with opened_journals() as opened:
        assert len(load_journals(tmp_path, None).runs) == len(identities)
    assert sorted(opened) == identities


def test_runs_that_were_set_aside_are_left_out(outputs: Path) -> None:
    assert run_folder(outputs, f"{FINISHED}.1").exists()
    assert sorted(load_journals(outputs, None).runs["identity"]) == sorted(ORDER)


def test_a_run_has_started_in_the_millisecond_that_mlflow_keeps(tmp_path: Path) -> None:
    record = records.record(records.start(time=1000.0019))
    assert row_of(record, Status.INTERRUPTED, tmp_path).started == 1000.001


def test_damaged_journals_are_left_out_with_a_warning(tmp_path: Path) -> None:
    for identity in ("1", "2", "3", "4"):
        records.write_run(tmp_path, identity, start(), records.epoch(1), records.end())
    message = f"Left out: {tmp_path}/runs/2/journal.jsonl: is damaged: its first line is no start"
    for damaged, more in (("2", ""), ("3", "; and 1 more journal"), ("4", "; and 2 more journals")):
        (tmp_path / "runs" / damaged / "journal.jsonl").write_bytes(b"garbage\n")
        with pytest.warns(LeftOutWarning, match=f"^{re.escape(message)}.*again{more}$"):
            runs = load_journals(tmp_path, None).runs
        assert {*runs["identity"]} == {*"1234"} - {*"234"[: int(damaged) - 1]}


def test_a_fifo_in_the_place_of_a_journal_is_left_out(tmp_path: Path) -> None:
    records.write_run(tmp_path, "1", start(), records.end())
    (tmp_path / "runs" / "2").mkdir()
    os.mkfifo(tmp_path / "runs" / "2" / "journal.jsonl")
    with pytest.warns(LeftOutWarning, match=r"runs/2/journal.jsonl: is no file"):
        assert list(load_journals(tmp_path, None).runs["identity"]) == ["1"]
