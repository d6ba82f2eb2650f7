"""`experiments repeat`: finding the run, and comparing it with its repetition."""

from argparse import Namespace
from pathlib import Path

import jobs
import pytest
import records

from experiments.cli import repeat
from experiments.cli.repeat import find_record
from experiments.errors import DataError, UserError
from experiments.interruption import Interruption
from experiments.recording import JOURNAL, Epoch

FIRST, SECOND = "ab" + "1" * 14, "ac" + "2" * 14


def write(outputs: Path, *identities: str) -> None:
    for identity in identities:
        records.write_run(outputs, identity, records.epoch(1), records.end())


@pytest.mark.parametrize("run", [FIRST, "ab", "ab1111"])
def test_a_run_is_found_by_the_first_characters_of_its_identity(tmp_path: Path, run: str) -> None:
    write(tmp_path, FIRST, SECOND)
    assert find_record(run, tmp_path, None).start.identity == FIRST


def test_a_run_is_found_by_its_folder(tmp_path: Path) -> None:
    write(tmp_path, FIRST, SECOND)
    folder = tmp_path / "runs" / SECOND
    assert find_record(str(folder), Path("elsewhere"), None).start.identity == SECOND


def test_more_than_one_run_is_an_error_that_lists_them(tmp_path: Path) -> None:
    write(tmp_path, FIRST, SECOND)
    with pytest.raises(
        UserError, match=f"^a: 2 runs match, expected one; known identities: {FIRST}, {SECOND}$"
    ):
        find_record("a", tmp_path, None)


def test_a_run_that_was_set_aside_is_found_only_by_its_whole_name(tmp_path: Path) -> None:
    write(tmp_path, FIRST, SECOND)
    (tmp_path / "runs" / SECOND).rename(tmp_path / "runs" / f"{FIRST}.1")
    assert find_record("ab", tmp_path, None).start.identity == FIRST
    assert find_record(FIRST, tmp_path, None).start.identity == FIRST
    assert find_record(f"{FIRST}.1", tmp_path, None).start.identity == SECOND


def test_no_run_is_an_error_if_runs_are_not_tracked(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    message = f"^b: no run in {tmp_path} has this identity or folder; --uri URI looks in"
    with pytest.raises(UserError, match=message):
        find_record("b", tmp_path, None)


def test_no_run_and_no_store_is_an_error_that_names_the_run_and_the_store(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/nowhere.db"
    message = (
        f"^b: no run in {tmp_path} has this identity or folder; {uri}: there is no such store$"
    )
    with pytest.raises(UserError, match=message):
        find_record("b", tmp_path, uri)


def test_an_empty_journal_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    (tmp_path / "runs" / FIRST / JOURNAL).write_bytes(b"")
    with pytest.raises((UserError, DataError), match=FIRST):
        find_record(FIRST, tmp_path, None)


def test_a_journal_of_another_kind_is_damaged_and_not_empty(tmp_path: Path) -> None:
    write(tmp_path, FIRST)
    (tmp_path / "runs" / FIRST / JOURNAL).write_bytes(b"garbage")
    with pytest.raises(DataError, match="its first line is no start event"):
        find_record(FIRST, tmp_path, None)


def execute(outputs: Path, run: str) -> None:
    arguments = Namespace(id=run, outputs=outputs, uri=None, interruption=Interruption())
    repeat.run(arguments)


def test_a_repetition_with_the_same_results_is_bit_identical(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = jobs.job(tmp_path)
    jobs.do(job)
    execute(job.outputs, job.identity[:6])
    assert "bit-identical: every metric of 3 epochs" in capsys.readouterr().out


def test_a_repetition_with_other_results_ends_with_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = jobs.job(tmp_path)
    events = jobs.do(job)
    altered = [
        records.epoch(event.epoch, **{**event.metrics, "train/cost": 7.0})
        if isinstance(event, Epoch)
        else event
        for event in events
    ]
    (job.folder / JOURNAL).unlink()
    records.write_journal(job.folder, *altered)
    with pytest.raises(SystemExit) as ended:
        execute(job.outputs, job.identity)
    assert ended.value.code == 1
    printed = capsys.readouterr().out
    assert "not identical:" in printed
    assert "from epoch 1: train/cost" in printed
