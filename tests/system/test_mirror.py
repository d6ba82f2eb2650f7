"""The mirror step by step, in this process: records of a few events, and real SQLite stores."""

import json
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import harness
import pytest
import records
from empty_store import write_empty_store
from harness import Tracked
from msgspec.structs import replace

from experiments.errors import UserError
from experiments.recording import (
    JOURNAL,
    REPORT,
    SILENT_END,
    Journal,
    RecordedStudy,
    RecordedTracking,
    Status,
    SweepRecord,
    read_record,
    run_folder,
)
from experiments.tracking import MirrorProgress, StoreWarning, up_to_date

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from mirror_parent import PlayedParent, played_parent
    from mlflow import MlflowClient

    from experiments.mirror import attach, find_sweeps, open_store, sync, tracked_record
    from experiments.mirror.follow import copy_others, follow
    from experiments.mirror.records import mirror_of

ENVIRONMENT = {"user": "ada", "host": "here"}
OVERRIDES = ["loss=ce", "dataset.root=/my images", 'outputs="a, b"']


@pytest.fixture(scope="module")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite store without runs."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    write_empty_store(path)
    return path


@pytest.fixture
def uri(tmp_path: Path, empty_store: Path) -> str:
    """The address of an SQLite store of the test's own."""
    shutil.copy(empty_store, tmp_path / "mlflow.db")
    return harness.uri(tmp_path)


class Outputs:
    """An outputs folder whose runs belong to a store."""

    def __init__(self, folder: Path, uri: str) -> None:
        self.folder = folder
        self.tracking = RecordedTracking(
            experiment="tests", uri=uri, artifacts=str(folder / "artifacts")
        )

    def start(self, identity: str, **changes: Any) -> Path:
        """Write the journal of a run that has begun. Return its folder."""
        changes = {"id": identity * 4, "environment": ENVIRONMENT, "name": identity, **changes}
        start = records.start(config={"tracking": self.tracking}, **changes)
        return records.write_run(self.folder, identity, start)

    def finished(self, identity: str, **changes: Any) -> Path:
        """Write the journal of a run that has finished. Return its folder."""
        folder = self.start(identity, **changes)
        return records.write_journal(folder, *records.epochs(2), records.end())

    def sweep(self, *runs: str, **changes: Any) -> Path:
        """Write the record of a sweep. Return its folder."""
        changes = {"environment": ENVIRONMENT, "tracking": self.tracking, **changes}
        sweep: SweepRecord = records.sweep_record(runs, **changes)
        return records.write_sweep_record(self.folder, sweep)


@pytest.fixture
def outputs(tmp_path: Path, uri: str) -> Outputs:
    return Outputs(tmp_path / "outputs", uri)


@pytest.fixture
def process() -> Iterator[PlayedParent]:
    """The process that started the mirror. It has not ended."""
    with played_parent() as process:
        yield process


def only(uri: str) -> Tracked:
    """Return the only run in a store."""
    (run,) = harness.tracked(uri)
    return run


def test_a_run_gets_its_events_while_it_goes_on(outputs: Outputs, uri: str) -> None:
    folder = outputs.start("1", overrides=OVERRIDES)
    mirrored = mirror_of(open_store(uri), folder, uri)
    mirrored.update()
    begun = only(uri)
    assert (begun.status, begun.tags["status"], begun.metrics) == ("RUNNING", "running", {})
    records.write_journal(folder, records.epoch(1))
    mirrored.update()
    assert only(uri).metrics["train/cost"] == [(1, 0.25)]
    records.write_journal(folder, records.epoch(2), records.end())
    mirrored.update()
    ended = only(uri)
    assert (ended.id, ended.status, ended.tags["status"]) == (begun.id, "FINISHED", "finished")
    assert ended.metrics == harness.histories(folder)
    assert up_to_date(folder, uri)


def test_overrides_with_blanks_and_commas_arrive_as_they_are(outputs: Outputs, uri: str) -> None:
    sync(outputs.finished("1", overrides=OVERRIDES))
    assert json.loads(only(uri).tags["overrides"]) == OVERRIDES


def test_the_message_of_an_interruption_goes_when_the_run_is_resumed(
    outputs: Outputs, uri: str
) -> None:
    folder = outputs.start("1")
    records.write_journal(folder, records.epoch(1), records.end(Status.INTERRUPTED))
    sync(folder)
    stopped = only(uri)
    assert (stopped.status, stopped.tags["status"]) == ("KILLED", "interrupted")
    assert stopped.tags["message"] == records.MESSAGES[Status.INTERRUPTED]
    records.write_journal(folder, records.resume(1), records.epoch(2), records.end())
    sync(folder)
    finished = only(uri)
    assert (finished.id, finished.status) == (stopped.id, "FINISHED")
    assert finished.tags["status"] == "finished"
    assert "message" not in finished.tags
    assert finished.metrics == harness.histories(folder)


def test_while_a_process_works_on_a_run_it_is_running(outputs: Outputs, uri: str) -> None:
    folder = outputs.start("1")
    with Journal(folder):
        sync(folder)
        assert only(uri).tags["status"] == "running"
        assert not up_to_date(folder, uri)
    sync(folder)
    dead = only(uri)
    assert (dead.tags["status"], dead.tags["message"]) == ("interrupted", SILENT_END)
    assert up_to_date(folder, uri)


@pytest.mark.parametrize("status", [Status.DIVERGED, Status.FAILED])
def test_a_run_that_did_not_finish_says_why(outputs: Outputs, uri: str, status: Status) -> None:
    folder = outputs.start("1")
    end = records.end(status, traceback="Traceback ...")
    sync(records.write_journal(folder, records.epoch(1), end))
    run = only(uri)
    assert (run.status, run.tags["status"]) == ("FAILED", str(status))
    assert run.tags["message"] == records.MESSAGES[status]
    assert records.MESSAGES[status] in run.tags["mlflow.note.content"]
    assert run.artifacts["traceback.txt"].read_text() == "Traceback ..."


def set_tag(uri: str, name: str, value: str) -> None:
    """Change a tag of the only run, as a user can in MLflow."""
    harness.connect(uri).set_tag(only(uri).id, name, value)


def test_a_description_that_a_user_has_written_is_kept(outputs: Outputs, uri: str) -> None:
    folder = outputs.start("1")
    records.write_journal(folder, records.epoch(1), records.end(Status.INTERRUPTED))
    sync(folder)
    set_tag(uri, "mlflow.note.content", "my favourite")
    sync(folder)
    assert only(uri).tags["mlflow.note.content"] == "my favourite"
    records.write_journal(folder, records.resume(1), records.epoch(2), records.end())
    sync(folder)
    assert only(uri).tags["mlflow.note.content"].startswith("finished: ")


def test_a_run_of_two_sweeps_names_both_and_is_nested_in_the_first(
    outputs: Outputs, uri: str
) -> None:
    outputs.finished("1")
    for sweep in ("first", "second"):
        sync(outputs.sweep("1", id=sweep, name=sweep))
    runs = harness.by_name(uri)
    assert runs["1"].tags["mlflow.parentRunId"] == runs["first"].id
    assert json.loads(runs["1"].tags["sweeps"]) == ["first", "second"]


def test_every_sweep_has_a_view_with_all_its_runs_also_those_of_an_earlier_sweep(
    outputs: Outputs, uri: str
) -> None:
    for identity in ("1", "2", "3"):
        outputs.finished(identity)
    sync(outputs.sweep("1", "2", id="first", name="first"))
    sync(outputs.sweep("1", "2", "3", id="second", name="second"))
    client, runs = harness.connect(uri), harness.by_name(uri)
    experiment_id = client.get_run(runs["1"].id).info.experiment_id
    views = client.get_experiment(experiment_id).tags
    for sweep, members in (("first", {"1", "2"}), ("second", {"1", "2", "3"})):
        state = json.loads(json.loads(views[f"mlflow.sharedViewState.{sweep}"])["state"])
        found = client.search_runs([experiment_id], state["searchFilter"])
        assert {run.info.run_name for run in found} == members
        ((_, arm_tag),) = [key.values() for key in state["groupBy"]["groupByKeys"]]
        assert arm_tag == runs[sweep].tags["arm_tag"]
        assert len({run.data.tags[arm_tag] for run in found}) == len(members)


def test_a_sweep_carries_its_results(outputs: Outputs, uri: str) -> None:
    outputs.finished("1")
    folder = outputs.sweep("1", "2", overrides=["loss=mse,ce", "seed=1"], name="sweep")
    sync(folder)
    sweep = harness.by_name(uri)["sweep"]
    assert sweep.metrics["best_arm/validation/accuracy"] == [
        (0, records.METRICS["validation/accuracy"])
    ]
    assert sweep.params == {"loss": "mse,ce", "seed": "1"}
    assert "Not finished: 1 of 2 runs." in sweep.tags["mlflow.note.content"]
    outputs.finished("2")
    sync(folder)
    text = harness.by_name(uri)["sweep"].tags["mlflow.note.content"]
    assert "Not finished" not in text
    assert "| 90.00% | 87.50% | 1 |" in text
    harness.connect(uri).set_tag(sweep.id, "mlflow.note.content", "my favourite")
    sync(folder)
    assert harness.by_name(uri)["sweep"].tags["mlflow.note.content"] == "my favourite"


def test_the_view_of_a_sweep_that_a_user_has_changed_is_kept(outputs: Outputs, uri: str) -> None:
    outputs.finished("1")
    sync(outputs.sweep("1", id="known", name="sweep"))
    client, run = harness.connect(uri), harness.by_name(uri)["1"]
    experiment_id = client.get_run(run.id).info.experiment_id
    client.set_experiment_tag(experiment_id, "mlflow.sharedViewState.known", "mine")
    sync(outputs.sweep("1", id="known", name="sweep"))
    tags = client.get_experiment(experiment_id).tags
    assert tags["mlflow.sharedViewState.known"] == "mine"


def test_a_run_that_was_tracked_alone_is_nested_in_its_sweep_later(
    outputs: Outputs, uri: str
) -> None:
    sync(outputs.finished("1"))
    assert "mlflow.parentRunId" not in only(uri).tags
    sync(outputs.sweep("1", name="sweep"))
    runs = harness.by_name(uri)
    assert runs["1"].tags["mlflow.parentRunId"] == runs["sweep"].id


def test_a_tag_of_sweeps_that_a_user_has_broken_is_written_anew(outputs: Outputs, uri: str) -> None:
    sync(outputs.finished("1"))
    set_tag(uri, "sweeps", "first second")
    sync(outputs.sweep("1", id="third", name="sweep"))
    assert json.loads(harness.by_name(uri)["1"].tags["sweeps"]) == ["third"]


def test_a_run_that_is_done_again_while_it_is_followed_is_another_run(
    outputs: Outputs, uri: str
) -> None:
    folder = outputs.start("1")
    mirrored = mirror_of(open_store(uri), folder, uri)
    records.write_journal(folder, records.epoch(1))
    mirrored.update()
    folder.rename(folder.with_name("1.1"))  # as rerun=true does
    outputs.finished("1", id="2" * 4, name="again")
    mirrored.update()
    again = harness.by_name(uri)["again"]
    assert again.status == "FINISHED"
    assert again.metrics == harness.histories(folder)


def test_a_sweep_is_found_by_its_tags_after_its_description_was_edited(
    outputs: Outputs, uri: str
) -> None:
    outputs.finished("1")
    sync(outputs.sweep("1", "2", overrides=OVERRIDES, name="sweep"))
    sweep = harness.by_name(uri)["sweep"]
    assert sweep.status == "KILLED"  # one of its runs is planned
    harness.connect(uri).set_tag(sweep.id, "mlflow.note.content", "five runs, all of them good")
    (found,) = find_sweeps(uri)
    assert (found.n_runs, found.overrides, found.name) == (2, OVERRIDES, "sweep")


def test_a_record_is_read_back_as_it_was_recorded(outputs: Outputs, uri: str) -> None:
    folder = outputs.finished("1", overrides=OVERRIDES)
    sync(folder)
    recorded, found = read_record(folder), tracked_record(uri, only(uri).id)
    assert recorded is not None
    assert found.start == recorded.start
    assert found.history == recorded.history
    assert found.status is Status.FINISHED
    assert found.end is not None
    assert found.end.metrics == records.TEST_METRICS
    assert found.end.correct_images == records.CORRECT_IMAGES


def _unknown_run(uri: str) -> object:
    return tracked_record(uri, "f" * 32)


def _foreign_run(uri: str) -> object:
    client = harness.connect(uri)
    return tracked_record(uri, client.create_run("0").info.run_id)


@pytest.mark.parametrize("read", [_unknown_run, _foreign_run])
def test_a_run_without_a_record_is_an_error_of_one_line(
    uri: str, read: Callable[[str], object]
) -> None:
    with pytest.raises(
        UserError, match=r"^sqlite:.*: no run of this project with the id [0-9a-f]{32}: "
    ) as caught:
        read(uri)
    assert "\n" not in str(caught.value)


def test_files_are_attached_to_a_sweep_that_mlflow_has(
    outputs: Outputs, uri: str, tmp_path: Path
) -> None:
    outputs.finished("1")
    sync(outputs.sweep("1", id="known", name="sweep"))
    files = tmp_path / "files"
    (files / "tables").mkdir(parents=True)
    (files / "tables" / "loss.md").write_text("a table")
    assert attach(uri, "known", files)
    assert not attach(uri, "unknown", files)
    attached = harness.by_name(uri)["sweep"].artifacts["tables"]
    assert (attached / "loss.md").read_text() == "a table"


def test_the_page_of_a_sweep_links_to_its_report(
    outputs: Outputs, uri: str, tmp_path: Path
) -> None:
    outputs.finished("1")
    outputs.finished("2")
    first = outputs.sweep("1", id="known", name="sweep")
    sync(first)
    files = tmp_path / "files"
    files.mkdir()
    (files / REPORT).write_text("a report")
    description = "mlflow.note.content"

    def links() -> list[str]:
        run = harness.by_name(uri)["sweep"]
        return re.findall(
            rf"\[Report\]\(/#/experiments/\d+/runs/{run.id}/artifacts/{REPORT}\?workflowType=",
            run.tags[description],
        )

    assert not links()
    for _ in range(2):
        assert attach(uri, "known", files)
        assert len(links()) == 1
    sync(outputs.sweep("1", "2", id="known", name="sweep"))
    assert len(links()) == 1


def test_the_view_of_a_study_shows_its_arms_at_their_tuned_values(
    outputs: Outputs, uri: str
) -> None:
    runs = {"1": "tuning", "2": "confirmation"}
    for identity in runs:
        outputs.finished(identity)
    record = records.sweep_record(runs, environment=ENVIRONMENT, tracking=outputs.tracking)
    tagged = [replace(run, tags={"stage": runs[run.identity]}) for run in record.runs]
    sync(records.write_sweep_record(outputs.folder, replace(record, runs=tagged)))
    client = MlflowClient(uri)
    (experiment,) = (each for each in client.search_experiments() if "results" in str(each.tags))
    view = json.loads(experiment.tags[f"mlflow.sharedViewState.{record.id}"])
    state = json.loads(view["state"])
    shown = client.search_runs([experiment.experiment_id], state["searchFilter"])
    assert [run.data.tags["stage"] for run in shown] == ["confirmation"]


@pytest.mark.parametrize(("is_study", "status"), [(False, "FAILED"), (True, "FINISHED")])
def test_an_arm_that_diverges_is_a_result_of_a_study(
    outputs: Outputs, uri: str, is_study: bool, status: str
) -> None:
    outputs.finished("1")
    records.write_journal(outputs.start("2"), records.end(Status.DIVERGED, message="diverged"))
    study = RecordedStudy(
        compared="loss", tuned=[], tuning_seeds=0, metric="test/accuracy", margin=0.1, rows=1
    )
    sync(outputs.sweep("1", "2", name="sweep", study=study if is_study else None))
    assert harness.by_name(uri)["sweep"].status == status


def test_files_cannot_be_attached_in_a_store_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"mlflow.db: there is no such store$"):
        attach(f"sqlite:///{tmp_path}/mlflow.db", "known", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_records_that_earlier_processes_left_are_copied(outputs: Outputs, uri: str) -> None:
    behind, untracked = outputs.finished("1"), records.write_run(outputs.folder, "2")
    with Journal(outputs.start("3")):
        looked_at = list(copy_others(open_store(uri), outputs.start("4"), uri))
    assert looked_at == [behind, untracked, run_folder(outputs.folder, "3")]
    assert only(uri).name == "1"


def test_the_parent_hears_how_many_runs_of_a_sweep_mlflow_has(
    outputs: Outputs, uri: str, process: PlayedParent
) -> None:
    for identity in ("1", "2"):
        outputs.finished(identity)
    process.end_signal.close()
    assert follow(outputs.sweep("1", "2"), uri, process.parent)
    assert process.messages.read() == [MirrorProgress(1, 2), MirrorProgress(2, 2)]


def test_the_parent_hears_of_a_damaged_journal_and_mlflow_has_the_other_runs(
    outputs: Outputs, uri: str, process: PlayedParent
) -> None:
    damaged = outputs.finished("1")
    outputs.finished("2")
    contents = (damaged / JOURNAL).read_bytes()
    (damaged / JOURNAL).write_bytes(contents.replace(b'"epoch": 1', b'"epoch": 7', 1))
    process.end_signal.close()
    assert not follow(outputs.sweep("1", "2", name="sweep"), uri, process.parent)
    *_, warning = process.messages.read()
    assert isinstance(warning, StoreWarning)
    assert warning.message.startswith(f"{damaged / JOURNAL}: line 2 is damaged")
    assert harness.by_name(uri)["2"].status == "FINISHED"


@pytest.mark.parametrize("same_process", [True, False])
def test_the_test_set_of_a_run_is_copied_when_it_is_opened(
    outputs: Outputs, uri: str, same_process: bool
) -> None:
    """Also if all of that happens between two looks at the journal."""
    folder = outputs.start("1")
    records.write_journal(folder, *records.epochs(2), records.closed_end())
    mirrored = mirror_of(open_store(uri), folder, uri)
    mirrored.update()
    assert mirrored.done
    closed = only(uri)
    assert closed.status == "FINISHED"
    assert closed.tags["mlflow.note.content"].startswith("finished: the test set is closed")
    assert closed.metrics.keys() == {*records.METRICS, "best_epoch/epoch"}
    records.write_journal(folder, records.resume(2), records.end())
    assert not mirrored.done
    assert not up_to_date(folder, uri)
    (mirrored if same_process else mirror_of(open_store(uri), folder, uri)).update()
    opened = only(uri)
    assert (opened.id, opened.status) == (closed.id, "FINISHED")
    assert opened.metrics == {
        **closed.metrics,
        **{name: [(2, value)] for name, value in records.TEST_METRICS.items()},
    }
    assert opened.tags["mlflow.note.content"].startswith("finished: test accuracy 87.50%")
    assert "test/correct/1" in opened.tags
    assert up_to_date(folder, uri)


def test_a_description_of_a_closed_test_set_that_a_user_has_written_is_kept(
    outputs: Outputs, uri: str
) -> None:
    folder = outputs.start("1")
    sync(records.write_journal(folder, *records.epochs(2), records.closed_end()))
    set_tag(uri, "mlflow.note.content", "my favourite")
    sync(records.write_journal(folder, records.resume(2), records.end()))
    assert only(uri).tags["mlflow.note.content"] == "my favourite"
