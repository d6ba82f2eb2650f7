"""`experiments sync` where there is nothing to copy. Real stores are in the system tests."""

import re
from pathlib import Path

import msgspec
import pytest
import records
from empty_store import write_empty_store

from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.mirror import sync
from experiments.mirror.store import find_experiment, open_store
from experiments.recording import JOURNAL


@pytest.mark.parametrize("name", ["", "missing"])
def test_a_folder_without_records_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    with pytest.raises(UserError, match=f"^{re.escape(str(folder))}: no runs are recorded there$"):
        sync(folder)


def test_records_without_a_store_are_counted_and_skipped(tmp_path: Path) -> None:
    for identity in ("1", "2"):
        records.write_run(tmp_path, identity, records.end())
    done, problems = sync(tmp_path)
    assert problems == []
    assert len(done) == 1
    assert "tracking=none, skipped: 2;" in done[0]
    assert "--uri" in done[0]


def test_a_damaged_record_is_reported_and_does_not_stop_the_others(tmp_path: Path) -> None:
    damaged, _ = (records.write_run(tmp_path, identity, records.end()) for identity in ("1", "2"))
    (damaged / JOURNAL).write_bytes(b"damage\n" + (damaged / JOURNAL).read_bytes())
    done, problems = sync(tmp_path)
    assert [problem.partition(": ")[0] for problem in problems] == [str(damaged / JOURNAL)]
    assert "skipped: 1;" in done[0]


def test_a_store_that_fails_is_reported_once_and_does_not_stop_the_others(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_bytes(b"")
    uri = f"sqlite:///{blocked}/mlflow.db"
    tracking = msgspec.structs.replace(records.NOT_TRACKED, uri=uri)
    config = msgspec.structs.replace(records.CONFIG, tracking=tracking)
    start = msgspec.structs.replace(records.START, config=config)
    for identity in ("1", "2"):
        records.write_run(tmp_path, identity, start, records.end())
    records.write_run(tmp_path, "3", records.end())
    done, (problem,) = sync(tmp_path)
    assert problem.startswith(f"{uri}: ")
    assert "skipped: 1;" in done[0]


def test_a_deleted_experiment_is_reported_once_and_does_not_stop_the_others(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    places = {
        name: msgspec.structs.replace(
            records.NOT_TRACKED, experiment=name, uri=uri, artifacts=str(tmp_path / "artifacts")
        )
        for name in ("deleted", "kept")
    }
    write_empty_store(tmp_path / "mlflow.db")
    client = open_store(uri)
    client.delete_experiment(find_experiment(client, uri, places["deleted"]))
    for identity, name in (("1", "deleted"), ("2", "deleted"), ("3", "kept")):
        config = msgspec.structs.replace(records.CONFIG, tracking=places[name])
        start = msgspec.structs.replace(
            records.START,
            identity=identity,
            config=config,
            choices=dict.fromkeys(GROUPS, "any"),
            environment={"user": "me"},
        )
        records.write_run(tmp_path, identity, start, records.end())
    done, (problem,) = sync(tmp_path)
    assert problem.startswith("the experiment deleted was deleted in MLflow; restore it with ")
    assert done == [f"MLflow is up to date with 1 run: {uri}"]
