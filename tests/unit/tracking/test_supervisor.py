"""Messages about MLflow of the process that trains. The mirror process is in the system tests."""

import os
import shlex
from pathlib import Path

import pytest
import records

from experiments.tracking import MirrorProgress, Supervisor, browse_command
from experiments.tracking.supervisor import closing_message, waiting_message

URI = "sqlite:////my stores/mlflow.db"


def test_the_default_store_is_browsed_with_make_ui() -> None:
    assert browse_command(URI, ["loss=ce", "dataset.root=outputs"]) == "make ui"


@pytest.mark.parametrize(
    "override",
    [
        "tracking.uri=sqlite:////my stores/mlflow.db",
        "outputs=/my stores",
        "tracking=mlflow",
        "+tracking.uri=x",
        "++outputs=x",
    ],
)
def test_another_store_is_browsed_by_its_address_quoted_for_the_shell(override: str) -> None:
    program, *arguments = shlex.split(browse_command(URI, ["loss=ce", override]))
    assert program.endswith("experiments")
    assert arguments == ["ui", "--uri", URI]


def test_at_the_end_the_folder_and_the_command_to_browse_are_named(tmp_path: Path) -> None:
    message = closing_message(tmp_path, URI, "make ui", "")
    assert (
        message == f"Recorded in {os.path.relpath(tmp_path)}\nand in MLflow: browse with  make ui"
    )


def test_at_the_end_a_run_that_is_not_tracked_says_so(tmp_path: Path) -> None:
    message = closing_message(tmp_path, None, "make ui", "")
    assert message == f"Recorded in {os.path.relpath(tmp_path)}, not in MLflow."


def test_if_mlflow_is_not_up_to_date_the_reason_and_the_remedy_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "my outputs" / "runs" / "1"
    first, second = closing_message(folder, URI, "make ui", "database is locked").split("\n")
    assert first == "MLflow is not up to date: database is locked"
    assert second.startswith("Nothing is lost")
    *_, command = second.split("  ")
    assert shlex.split(command)[1:] == ["sync", os.path.relpath(folder)]


def test_the_message_of_the_wait_has_the_progress_once_it_is_known() -> None:
    assert waiting_message(None) == "Waiting for MLflow; Ctrl-C skips this."
    assert "Waiting for MLflow (3 of 20 runs);" in waiting_message(MirrorProgress(3, 20))


@pytest.mark.parametrize(
    ("uri", "expected"), [(None, ", not in MLflow."), (URI, "browse with  make ui")]
)
def test_a_writer_that_is_not_needed_only_says_where_the_records_are(
    tmp_path: Path, uri: str | None, expected: str
) -> None:
    folder = records.write_run(tmp_path, "1", records.end())
    said: list[str] = []
    supervisor = Supervisor(folder, uri, needed=uri is None, browse="make ui", say=said.append)
    with supervisor:
        supervisor.attend()
        assert said == []
    assert len(said) == 1
    assert said[0].endswith(expected)
    assert [path.name for path in folder.iterdir()] == ["journal.jsonl"]


def test_without_a_record_nothing_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    with Supervisor(tmp_path / "runs" / "1", None, needed=True, browse="", say=said.append):
        pass
    assert said == []
