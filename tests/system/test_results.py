"""Runs as frames: the same from journals, from MLflow's file or server, and exported."""

import math
import re
import signal
import socket
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import harness
import numpy as np
import pandas as pd
import pytest
from harness import EXPERIMENTS, NOT_TRACKED, PROJECT, Program

from experiments.errors import UserError
from experiments.recording import weights as snapshots
from experiments.results import results

BRIEF = ("dataset.train_size=300", "dataset.validation_size=500", NOT_TRACKED)
FOUR = ("-m", "optimizer=sgd,adam", "l2=0,300", "optimizer.learning_rate=3", "epochs=5", *BRIEF)
"""With an l2 of 300 each step of SGD multiplies the weights by -2: that run diverges."""
TWO = ("-m", "l2=0", "seed=0,1", "optimizer.learning_rate=3", "epochs=5", *BRIEF)
"""The first is one of the four."""
LARGE = ("architecture.sizes=[784,100000000000,10]", *BRIEF)  # fits into no machine's memory
ENDLESS = ("epochs=100000", "schedule=step", *BRIEF)
AGAIN = ("optimizer=adam", "l2=0", "optimizer.learning_rate=3", "epochs=5", *BRIEF, "rerun=true")
APART = {"started", "work"}
"""Columns that MLflow says otherwise: in whole milliseconds, and with the pauses."""


@dataclass(frozen=True)
class Recorded:
    """Sweeps and runs of all kinds, still or no longer under way, and the store that has them."""

    outputs: Path
    uri: str
    server: str  # its address

    @property
    def sources(self) -> dict[str, Path | str]:
        return {"journals": self.outputs, "SQLite": self.uri, "server": self.server}

    def sweep(self, n_runs: int) -> Path:
        """Return the folder of the sweep with as many runs."""
        records = {len(each["runs"]): path for path, each in self._sweeps()}
        return records[n_runs]

    def _sweeps(self) -> list[tuple[Path, dict[str, list[object]]]]:
        return [(path, results.read_sweep(path) or {}) for path in self.outputs.glob("sweeps/*")]


def _program(outputs: Path, name: str, *arguments: str) -> Program:
    command = [sys.executable, PROJECT / "run.py", *arguments, f"outputs={outputs}"]
    return Program(command, outputs.with_name(f"{name}.log"))


def _done(outputs: Path, commands: Mapping[str, Sequence[str]]) -> None:
    """Run several commands at once to their ends, a good one of all but what is too large."""
    with ExitStack() as stack:
        programs = {
            name: stack.enter_context(_program(outputs, name, *arguments))
            for name, arguments in commands.items()
        }
        for name, program in programs.items():
            assert program.wait() == (name == "large"), program.output


def _halt(program: Program, outputs: Path, seed: int) -> None:
    """Halt a run that does not end after an epoch or more."""

    def has_begun() -> bool:
        for path in outputs.glob("runs/*"):
            start, *others = harness.events(path) or [None]
            if others and start["config"]["seed"] == seed:
                return bool(harness.events(path, "epoch"))
        return False

    harness.wait_for(has_begun, "epoch")
    program.send(signal.SIGSTOP)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    base = tmp_path_factory.mktemp("results")
    outputs, uri = base / "outputs", harness.uri(base)
    with ExitStack() as stack:
        running = stack.enter_context(_program(outputs, "running", "seed=10", *ENDLESS))
        with _program(outputs, "killed", "seed=11", *ENDLESS) as killed:
            with _program(outputs, "stopped", "seed=12", *ENDLESS) as stopped:
                _halt(stopped, outputs, 12)
                stopped.send(signal.SIGINT)
                stopped.send(signal.SIGCONT)
                assert stopped.wait() == 130, stopped.output
            _halt(running, outputs, 10)
            _halt(killed, outputs, 11)
        _done(outputs, {"four": FOUR, "large": LARGE})
        _done(outputs, {"two": TWO, "again": AGAIN})
        sync = [EXPERIMENTS, "sync", "--outputs", outputs, "--uri", uri]
        with Program(sync, base / "sync.log") as program:
            assert program.wait() == 0, program.output
        address = _serve(stack, base, uri)
        harness.connect(uri)  # imports MLflow, letting the warnings of its dependencies pass
        yield Recorded(outputs, uri, address)


def _serve(stack: ExitStack, base: Path, uri: str) -> str:
    """Start MLflow's own server and return its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [EXPERIMENTS, "ui", "--no-browser", "--port", str(port), "--uri", uri]
    stack.enter_context(Program(command, base / "server.log"))

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5):
                return True
        except OSError:
            return False

    harness.wait_for(answers, "answer of the server")
    return f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def runs(recorded: Recorded) -> pd.DataFrame:
    return results.runs(recorded.outputs)


EVERY_STORE = pytest.mark.parametrize("source", ["SQLite", "server"])
EVERY_FILE = pytest.mark.parametrize("source", ["journals", "SQLite"])
EVERY_SOURCE = pytest.mark.parametrize("source", ["journals", "SQLite", "server"])


@EVERY_STORE
def test_mlflow_gives_the_same_runs_as_the_journals(
    recorded: Recorded, runs: pd.DataFrame, source: str
) -> None:
    found = results.runs(recorded.sources[source])
    assert list(found.columns) == list(runs.columns)
    assert found.dtypes.to_dict() == runs.dtypes.to_dict()
    columns = [column for column in runs if column not in APART]
    pd.testing.assert_frame_equal(found[columns], runs[columns], check_exact=True)
    assert (abs(found["started"] - runs["started"]) < pd.Timedelta(milliseconds=2)).all()


@EVERY_STORE
def test_mlflow_gives_the_same_history_as_the_journals(recorded: Recorded, source: str) -> None:
    found = results.history(recorded.sources[source])
    pd.testing.assert_frame_equal(found, results.history(recorded.outputs), check_exact=True)


def test_what_is_exported_is_the_same_again(recorded: Recorded, tmp_path: Path) -> None:
    folder = tmp_path / "results"
    exported = results.export(recorded.outputs, folder)
    found, original = results.runs(folder), results.runs(recorded.outputs)
    assert set(original["outputs"]) == {str(recorded.outputs)}
    assert found["outputs"].isna().all()  # a path of this machine stays here
    original = original.assign(outputs=math.nan)
    pd.testing.assert_frame_equal(found, original, check_exact=True)
    assert sorted(exported["identity"]) == sorted(original["identity"])
    history = results.history(recorded.outputs)
    pd.testing.assert_frame_equal(results.history(folder), history, check_exact=True)


@EVERY_SOURCE
def test_a_sweep_is_exported_with_networks_and_weights(
    recorded: Recorded, source: str, tmp_path: Path
) -> None:
    folder, sweep = tmp_path / "results", recorded.sweep(2).name
    expected = results.runs(recorded.outputs, sweep=sweep)["identity"]
    identity = expected.iloc[1]
    results.export(recorded.sources[source], folder, sweep=sweep, networks=[identity])
    assert list(results.runs(folder)["identity"]) == list(expected)
    assert set(results.history(folder)["identity"]) == set(expected)
    place = results.files(folder, identity)
    original = recorded.outputs / "runs" / identity
    assert place == folder / "runs" / identity
    assert (place / "network.npz").read_bytes() == (original / "network.npz").read_bytes()
    weights = snapshots.load(place)
    assert list(weights) == [0, 1, 2, 5]
    for epoch, values in snapshots.load(original).items():
        np.testing.assert_array_equal(weights[epoch], values)


@EVERY_SOURCE
def test_a_network_that_has_not_been_kept_is_not_exported(
    recorded: Recorded, runs: pd.DataFrame, source: str, tmp_path: Path
) -> None:
    diverged = runs.loc[runs["status"] == "diverged", "identity"].iloc[0]
    with pytest.raises(UserError, match="no such network"):
        results.export(recorded.sources[source], tmp_path / "results", networks=[diverged])
    assert not (tmp_path / "results").exists()


def test_every_run_is_a_row_however_it_stands(recorded: Recorded, runs: pd.DataFrame) -> None:
    stands = {
        (each["optimizer"], each["l2"], each["seed"], each["architecture"]): each["status"]
        for _, each in runs.iterrows()
    }
    net = "784-30-10"
    assert stands == {
        ("sgd", 0.0, 0, net): "finished",
        ("sgd", 300.0, 0, net): "diverged",
        ("adam", 0.0, 0, net): "finished",
        ("adam", 300.0, 0, net): "finished",
        ("sgd", 0.0, 1, net): "finished",
        ("sgd", 0.0, 0, "784-100000000000-10"): "failed",
        ("sgd", 0.0, 10, net): "running",
        ("sgd", 0.0, 11, net): "interrupted",
        ("sgd", 0.0, 12, net): "interrupted",
    }
    assert len(runs) == len(stands)
    said = {(each["status"], each["seed"]): each["message"] for _, each in runs.iterrows()}
    assert re.search("NaN or infinite in epoch 3", said["diverged", 0])
    assert "Unable to allocate" in said["failed", 0]
    assert said["interrupted", 11] == "its process ended without a word"
    assert said["interrupted", 12].startswith("stopped by SIGINT after epoch")
    assert said["finished", 0] == said["running", 10] == ""


def test_a_row_has_what_the_journal_says(recorded: Recorded, runs: pd.DataFrame) -> None:
    for _, row in runs.iterrows():
        folder = recorded.outputs / "runs" / row["identity"]
        start = harness.events(folder, "start")[0]
        epochs = [each["metrics"] for each in harness.events(folder, "epoch")]
        assert row["epochs_done"] == len(epochs)
        assert row["name"] == start["name"]
        assert row["data"] == start.get("dataset", {}).get("sha256", "")
        assert row["started"].timestamp() == pytest.approx(start["time"], abs=1e-5)
        for name, value in (epochs[-1] if epochs else {}).items():
            assert row[name] == value
        accuracies = [each["validation/accuracy"] for each in epochs]
        best = row["best/validation/accuracy"]
        assert best == max(accuracies) if epochs else np.isnan(best)
        ends = harness.events(folder, "end")
        for name, value in (ends[-1].get("metrics", {}) if ends else {}).items():
            assert row[name] == value
        assert np.isnan(row["test/accuracy"]) == (row["status"] != "finished")


def test_columns_are_typed(runs: pd.DataFrame) -> None:
    for column in ("loss", "optimizer", "architecture", "dataset", "status", "dtype"):
        assert isinstance(runs[column].dtype, pd.CategoricalDtype)
    for column in ("seed", "epochs", "epochs_done", "batch_size"):
        assert pd.api.types.is_integer_dtype(runs[column])
    for column in ("l2", "optimizer.beta1", "test/accuracy", "train/cost", "work"):
        assert pd.api.types.is_float_dtype(runs[column])
    assert isinstance(runs["started"].dtype, pd.DatetimeTZDtype)
    assert runs["started"].is_monotonic_increasing
    assert runs["optimizer.beta1"].isna().equals(runs["optimizer"] != "adam")
    assert runs["schedule.every"].isna().equals(runs["schedule"] != "step")


def test_what_a_rerun_has_put_aside_is_no_row(recorded: Recorded, runs: pd.DataFrame) -> None:
    (aside,) = recorded.outputs.glob("runs/*.1")
    (row,) = (each for _, each in runs.iterrows() if each["identity"] == aside.stem)
    before, after = (harness.events(path, "start")[0] for path in (aside, aside.with_suffix("")))
    assert before["time"] < after["time"] == pytest.approx(row["started"].timestamp(), abs=1e-5)


@EVERY_SOURCE
@pytest.mark.parametrize("n_runs", [4, 2])
def test_a_run_of_two_sweeps_is_in_both(recorded: Recorded, source: str, n_runs: int) -> None:
    folder = recorded.sweep(n_runs)
    expected = {each["identity"] for each in results.read_sweep(folder)["runs"]}  # type: ignore[index]
    assert len(expected) == n_runs
    found = results.runs(recorded.sources[source], sweep=folder.name)
    assert set(found["identity"]) == expected
    assert len(found) == n_runs
    history = results.history(recorded.sources[source], sweep=folder.name)
    assert set(history["identity"]) == expected


def test_the_folder_of_a_sweep_is_a_source(recorded: Recorded) -> None:
    for n_runs in (4, 2):
        folder = recorded.sweep(n_runs)
        by_id = results.runs(recorded.outputs, sweep=folder.name)
        pd.testing.assert_frame_equal(results.runs(folder), by_id)
        identity = by_id["identity"].iloc[0]
        assert results.files(folder, identity) == recorded.outputs / "runs" / identity


@EVERY_SOURCE
def test_sweeps_are_listed_the_newest_last(recorded: Recorded, source: str) -> None:
    found = results.sweeps(recorded.sources[source])
    assert [each["id"] for each in found] == [recorded.sweep(n).name for n in (4, 2)]
    for each, arguments in zip(found, (FOUR, TWO), strict=True):
        assert each["command"].startswith(f"python run.py {' '.join(arguments)}")
        assert each["name"] == " ".join(arguments[1:-1])
        record = results.read_sweep(recorded.outputs / "sweeps" / each["id"])
        assert each["time"] == pytest.approx(record["time"], abs=0.002)  # type: ignore[index]


@EVERY_FILE
def test_runs_are_filtered_by_any_column(recorded: Recorded, source: str) -> None:
    place = recorded.sources[source]
    assert set(results.runs(place, status="diverged")["l2"]) == {300.0}
    assert set(results.runs(place, optimizer__beta1=0.9)["optimizer"]) == {"adam"}
    both = results.runs(place, optimizer="sgd", l2=0, seed=1)
    assert len(both) == 1
    history = results.history(place, optimizer="sgd", l2=0, seed=1)
    assert set(history["identity"]) == set(both["identity"])


@EVERY_FILE
def test_what_does_not_fit_is_said(recorded: Recorded, source: str) -> None:
    place = recorded.sources[source]
    with pytest.raises(UserError, match=r"optimizer\.beta3: no such column; there are .*beta1"):
        results.runs(place, optimizer__beta3=0.9)
    with pytest.raises(UserError, match="none of 9 runs has seed=99, loss=mse"):
        results.history(place, seed=99, loss="mse")
    with pytest.raises(UserError, match="nonsense"):
        results.runs(place, sweep="nonsense")


def test_exported_results_know_no_sweeps(recorded: Recorded, tmp_path: Path) -> None:
    results.export(recorded.outputs, tmp_path / "results", sweep=recorded.sweep(2).name)
    assert len(results.runs(tmp_path / "results")) == 2
    with pytest.raises(UserError, match=r"do not say .* sweep"):
        results.runs(tmp_path / "results", sweep=recorded.sweep(4).name)


def test_a_place_without_runs_is_said(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(UserError, match="no runs are recorded there"):
            results.runs(source)
    absent = harness.uri(tmp_path)
    with pytest.raises(UserError, match="there is no such store"):
        results.runs(absent)
    assert not (tmp_path / "mlflow.db").exists()


def test_the_history_has_a_row_for_each_epoch_and_metric(recorded: Recorded) -> None:
    table = results.history(recorded.outputs)
    assert isinstance(table["metric"].dtype, pd.CategoricalDtype)
    assert not table["value"].isna().any()
    found = {
        (identity, metric): list(zip(part["epoch"], part["value"], strict=True))
        for (identity, metric), part in table.groupby(["identity", "metric"], observed=True)
    }
    expected = {
        (path.name, name): values
        for path in recorded.outputs.glob("runs/*")
        if "." not in path.name
        for name, values in harness.histories(path).items()
        if not name.startswith("test/")
    }
    assert found == expected


def test_the_history_of_some_metrics_is_that_part_of_it(recorded: Recorded) -> None:
    wanted = ["validation/accuracy", "seconds"]
    some = results.history(recorded.outputs, metrics=wanted)
    everything = results.history(recorded.outputs)
    expected = everything[everything["metric"].isin(wanted)].reset_index(drop=True)
    expected["metric"] = expected["metric"].cat.remove_unused_categories()
    pd.testing.assert_frame_equal(some, expected)


def test_arrivals_are_the_first_epoch_at_a_target_and_the_time_until_then(
    recorded: Recorded,
) -> None:
    table = results.arrivals(results.history(recorded.outputs), targets=(0.05, 0.6, 1.01))
    assert len(table) == 3 * len(set(table["identity"]))
    for _, row in table.iterrows():
        journal = harness.histories(recorded.outputs / "runs" / row["identity"])
        reached = [e for e, value in journal["validation/accuracy"] if value >= row["target"]]
        if not reached:
            assert np.isnan(row["epoch"])
            assert np.isnan(row["seconds"])
            continue
        assert row["epoch"] == reached[0]
        spent = sum(seconds for epoch, seconds in journal["seconds"] if epoch <= reached[0])
        assert row["seconds"] == pytest.approx(spent)
    by_target = table.groupby("target")["epoch"]
    assert by_target.count().to_dict()[1.01] == 0
    assert by_target.min().to_dict()[0.05] == 1
    assert by_target.max().to_dict()[0.6] > 1


def test_files_come_from_the_folder_or_the_store(recorded: Recorded, runs: pd.DataFrame) -> None:
    identity = runs.loc[runs["status"] == "finished", "identity"].iloc[-1]
    original = recorded.outputs / "runs" / identity
    for source in recorded.sources.values():
        place = results.files(source, identity)
        assert (place / "network.npz").read_bytes() == (original / "network.npz").read_bytes()
        assert list(snapshots.load(place)) == list(snapshots.load(original)) == [0, 1, 2, 5]
