"""Messages about MLflow of the process that trains. The mirror process is in the system tests."""

import os
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import records

from experiments.recording import RecordedTracking
from experiments.tracking import MirrorProgress, Supervisor, browse_command
from experiments.tracking.supervisor import closing_message, waiting_message
from experiments.tracking.sync_state import experiment_of

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
    message = closing_message(tmp_path, URI, "make ui", "", asked="A")
    assert (
        message == f"Recorded in {os.path.relpath(tmp_path)}\nand in MLflow: browse with  make ui"
    )


def test_at_the_end_the_experiment_is_named_if_it_is_not_the_one_of_the_command(
    tmp_path: Path,
) -> None:
    folder = records.write_run(tmp_path, "1", records.end())
    first = experiment_of(folder)
    assert closing_message(folder, URI, "make ui", "", asked=first).endswith(
        "in MLflow: browse with  make ui"
    )
    other = closing_message(folder, URI, "make ui", "", asked="B")
    assert f"and in MLflow, in the experiment {first} of the first start: browse with" in other


def test_at_the_end_a_deleted_experiment_is_named_with_what_restores_it(tmp_path: Path) -> None:
    folder = records.write_run(tmp_path, "1", records.end())
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("CREATE TABLE experiments (experiment_id, name, lifecycle_stage)")
        database.execute(
            "INSERT INTO experiments VALUES (7, ?, 'deleted')", [experiment_of(folder)]
        )
        database.commit()
    message = closing_message(folder, f"sqlite:///{tmp_path}/a.db", "make ui", "", asked="B")
    first, second = message.split("\n")
    assert first == f"Recorded in {os.path.relpath(folder)}"
    assert second.startswith(
        f"and in MLflow, but the experiment {experiment_of(folder)} was deleted"
    )
    assert second.endswith("experiments restore --experiment-id 7")


def test_at_the_end_a_run_that_is_not_tracked_says_so(tmp_path: Path) -> None:
    message = closing_message(tmp_path, None, "make ui", "", asked="A")
    assert message == f"Recorded in {os.path.relpath(tmp_path)}, not in MLflow."


def test_if_mlflow_is_not_up_to_date_the_reason_and_the_remedy_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "my outputs" / "runs" / "1"
    first, second = closing_message(folder, URI, "make ui", "database is locked", asked="A").split(
        "\n"
    )
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
    tracking = RecordedTracking(experiment="mnist", uri=uri, artifacts="")
    supervisor = Supervisor(folder, tracking, needed=uri is None, browse="make ui", say=said.append)
    with supervisor:
        supervisor.attend()
        assert said == []
    assert len(said) == 1
    assert said[0].endswith(expected)
    assert [path.name for path in folder.iterdir()] == ["journal.jsonl"]


def test_without_a_record_nothing_is_said(tmp_path: Path) -> None:
    said: list[str] = []
    tracking = RecordedTracking(experiment="mnist", uri=None, artifacts="")
    with Supervisor(tmp_path / "runs" / "1", tracking, needed=True, browse="", say=said.append):
        pass
    assert said == []
