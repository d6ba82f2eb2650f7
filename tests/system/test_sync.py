"""`experiments sync`: killed and repeated, on a copy, twice at once, with a damaged record."""

import json
import random
import shutil
import sys
from pathlib import Path

import harness
import pytest
from harness import NOT_TRACKED, Program


@pytest.fixture(scope="module")
def untracked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outputs folder with a sweep and a single run that are not tracked."""
    folder = tmp_path_factory.mktemp("untracked") / "outputs"
    harness.run(folder, "-m", "seed=1,2", "epochs=2", *harness.TINY, NOT_TRACKED)
    harness.run(folder, "seed=3", "epochs=2", *harness.TINY, NOT_TRACKED)
    return folder


KILLS = """
import json, os, signal, sqlite3, sys
from pathlib import Path
from experiments.mirror import sync
from harness import wait_for

def begun():
    child = os.fork()
    if not child:
        sync(folder, f"sqlite:///{store}")
        os._exit(0)
    return child

def ended(child):
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else f"exit code {status}"

def tags_in_store():
    if not store.exists():
        return 0
    with sqlite3.connect(store) as connection:
        return connection.execute("SELECT count(*) FROM tags").fetchone()[0]

folder, store = map(Path, sys.argv[1:3])
child = begun()
wait_for(Path(f"{store}.new").exists, "new store")
os.kill(child, signal.SIGKILL)
print(ended(child), "while it creates the store", flush=True)
for tags in json.loads(sys.argv[3]):
    child = begun()
    wait_for(lambda: tags_in_store() >= tags, f"{tags} tags in the store")
    os.kill(child, signal.SIGKILL)
    print(ended(child), flush=True)
print(ended(begun()))
"""
"""Starts a sync repeatedly, and kills it when the store has so many tags. The last one finishes."""
SUPPORT = harness.PROJECT / "tests" / "support"
"""The folder of the package `harness`."""
MOST_TAGS = 50
"""Fewer than the store has when a run or two are missing."""


@pytest.mark.stress
@pytest.mark.parametrize("kills", [1, 6])
def test_a_sync_can_be_killed_at_any_time_and_repeated(
    untracked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    folder = tmp_path / "outputs"
    shutil.copytree(untracked, folder)
    address = harness.uri(tmp_path)
    tags = sorted(random.Random(0).sample(range(5, MOST_TAGS), kills))
    command = [sys.executable, "-c", KILLS, folder, tmp_path / "mlflow.db", json.dumps(tags)]
    monkeypatch.setenv("PYTHONPATH", str(SUPPORT))
    with Program(command, tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        first, *others, last = program.output.splitlines()
    assert (first, last) == ("killed while it creates the store", "exit code 0")
    assert others == ["killed"] * kills
    runs = harness.tracked(address)
    assert len(runs) == 4
    harness.assert_complete(runs, "FINISHED", *(folder / "runs").iterdir())
    client = harness.connect(address)
    models = client.search_logged_models([client.search_experiments()[0].experiment_id])
    assert sorted(each.model_id for each in models) == sorted(
        model for run in runs for model in run.models
    )


def test_a_copy_of_the_outputs_can_be_synced_to_a_new_store(
    untracked: Path, tmp_path: Path
) -> None:
    """The copy may be read-only, and its original may be on another machine."""
    folder, store = tmp_path / "copy", tmp_path / "store"
    shutil.copytree(untracked, folder)
    before = sorted(untracked.rglob("*"))
    with harness.read_only(folder):
        output = harness.sync(tmp_path, folder, "--uri", harness.uri(store))
    assert "up to date with 3 runs" in output
    runs = harness.tracked(harness.uri(store))
    harness.assert_complete(runs, "FINISHED", *(folder / "runs").iterdir())
    assert sorted(untracked.rglob("*")) == before
    for run in runs:
        assert run.artifacts
        assert all(path.is_relative_to(store) for path in run.artifacts.values())


@pytest.mark.stress
def test_two_syncs_at_the_same_time_give_the_same_store_as_one(
    untracked: Path, tmp_path: Path
) -> None:
    store = f"sqlite:///{tmp_path / 'both.db'}"
    command = [harness.EXPERIMENTS, "sync", untracked, "--uri", store]
    with Program(command, tmp_path / "1.log") as one, Program(command, tmp_path / "2.log") as other:
        assert [one.wait(), other.wait()] == [0, 0], one.output + other.output
    runs = harness.tracked(store)
    assert {run.status for run in runs} == {"FINISHED"}
    assert len([run for run in runs if "sweep" in run.tags]) == 1
    assert len([run for run in runs if "run" in run.tags]) == 3


@pytest.mark.stress
def test_a_damaged_record_is_reported_and_the_others_are_synced(
    untracked: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "outputs"
    shutil.copytree(untracked, folder)
    damaged = folder / "sweeps" / "damaged"
    damaged.mkdir()
    (damaged / "sweep.json").write_text("{", encoding="utf-8")
    words = ["sync", folder, "--uri", harness.uri(tmp_path)]
    code, output = harness.experiments(tmp_path / "sync.log", *words)
    assert code == 1
    (error,) = (line for line in output.splitlines() if line.startswith("error: "))
    assert error.startswith(f"error: {damaged / 'sweep.json'}: is damaged")
    assert len([run for run in harness.tracked(harness.uri(tmp_path)) if "run" in run.tags]) == 3


@pytest.mark.stress
def test_a_file_that_is_no_network_is_reported_and_the_rest_of_its_run_is_synced(
    untracked: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(untracked, tmp_path / "outputs"))
    network = next((folder / "runs").glob("*/network.npz"))
    network.write_bytes(b"junk")
    command = [harness.EXPERIMENTS, "sync", network.parent, "--uri", harness.uri(tmp_path)]
    with Program([str(word) for word in command], tmp_path / "sync.log") as program:
        assert program.wait() == 1
        assert f"error: {network}: not a saved network" in program.output
    (run,) = harness.tracked(harness.uri(tmp_path))
    assert run.status == "FINISHED"
