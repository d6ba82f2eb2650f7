"""Results of real runs: the same frames from journals, an SQLite store, a server, and exported."""

import math
import re
import shlex
import shutil
import signal
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import harness
import numpy as np
import pandas as pd
import pytest
from harness import EXPERIMENTS, NOT_TRACKED, Program

from experiments import results
from experiments.configuration import run_command
from experiments.errors import UserError
from experiments.recording import SILENT_END, SweepRecord, load_weights, read_sweep

FEW_IMAGES = ("dataset.train_size=300", "dataset.validation_size=500", NOT_TRACKED)
FOUR = ("optimizer=sgd,adam", "l2=0,300", "optimizer.learning_rate=3", "epochs=5", *FEW_IMAGES)
"""A sweep of four runs. With an l2 of 300 each step of SGD multiplies the weights by -2, so that
run diverges."""
TWO = ("l2=0", "seed=0,1", "optimizer.learning_rate=3", "epochs=5", *FEW_IMAGES)
"""A sweep of two runs. The first is also one of the four."""
LARGE = ("architecture.sizes=[784,100000000000,10]", *FEW_IMAGES)  # fits into no machine's memory
ENDLESS = ("epochs=100000", "schedule=step", *FEW_IMAGES)
AGAIN = ("optimizer=adam", "l2=0", "optimizer.learning_rate=3", "epochs=5", "rerun=true")
LESS_EXACT = {"started", "run_seconds"}
"""Columns that differ in MLflow: it has whole milliseconds, and counts the pauses of a run."""


@dataclass(frozen=True)
class Recorded:
    """Sweeps and runs of every kind, some of them not ended, and the store that has them."""

    outputs: Path
    uri: str
    servers: ExitStack  # which ends the server

    @cached_property
    def _server(self) -> str:
        """The address of MLflow's own server on the store, which is started when it is needed."""
        return _serve(self.servers, self.outputs.parent, self.uri)

    def place(self, source: str) -> Path | str:
        """Return the place of the journals, of the store, or of the server."""
        if source == "server":
            return self._server
        return self.outputs if source == "journals" else self.uri

    def sweep(self, n_runs: int) -> SweepRecord:
        """Return the sweep with this number of runs."""
        records = [read_sweep(folder) for folder in self.outputs.glob("sweeps/*")]
        (found,) = (record for record in records if record and len(record.runs) == n_runs)
        return found


def _run_together(outputs: Path, commands: Mapping[str, Sequence[str]]) -> None:
    """Run several commands to their ends; all succeed but the one that is too large."""
    with ExitStack() as stack:
        programs = {
            name: stack.enter_context(_start(outputs, name, *arguments))
            for name, arguments in commands.items()
        }
        for name, program in programs.items():
            assert program.wait() == (name == "large"), program.output


def _start(outputs: Path, name: str, *arguments: str) -> Program:
    return harness.start(outputs, *arguments, log=outputs.with_name(f"{name}.log"))


def _halt(program: Program, outputs: Path, seed: int) -> None:
    """Stop the process of an endless run for a while, once it has recorded an epoch."""

    def has_epoch() -> bool:
        for folder in outputs.glob("runs/*"):
            start, *others = harness.events(folder) or [None]
            if start and start["config"]["seed"] == seed:
                return any(event["event"] == "epoch" for event in others)
        return False

    harness.wait_for(has_epoch, "epoch")
    program.send(signal.SIGSTOP)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    base = tmp_path_factory.mktemp("results")
    outputs, uri = base / "my outputs", harness.uri(base)
    with ExitStack() as stack:
        running = stack.enter_context(_start(outputs, "running", "seed=10", *ENDLESS))
        with _start(outputs, "killed", "seed=11", *ENDLESS) as killed:
            with _start(outputs, "interrupted", "seed=12", *ENDLESS) as interrupted:
                _halt(interrupted, outputs, 12)
                interrupted.send(signal.SIGINT)
                interrupted.send(signal.SIGCONT)
                assert interrupted.wait() == 130, interrupted.output
            _halt(running, outputs, 10)
            _halt(killed, outputs, 11)
        _run_together(outputs, {"four": ("-m", *FOUR), "large": LARGE})
        _run_together(outputs, {"two": ("-m", *TWO), "again": (*AGAIN, *FEW_IMAGES)})
        harness.sync(base, "--outputs", outputs, "--uri", uri)
        harness.connect(uri)  # imports MLflow, and ignores the warnings of its dependencies
        yield Recorded(outputs, uri, stack)


def _serve(stack: ExitStack, base: Path, uri: str) -> str:
    """Start MLflow's own server, and return its address once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [EXPERIMENTS, "ui", "--no-browser", "--port", str(port), "--uri", uri]
    program = stack.enter_context(Program(command, base / "server.log"))

    def address() -> str:  # it is printed as soon as the server answers
        found = re.search("All runs: (http://.+)/#/", program.output)
        return found[1] if found else ""

    return harness.wait_for(address, "address of the server")


@pytest.fixture(scope="module")
def runs(recorded: Recorded) -> pd.DataFrame:
    return results.runs(recorded.outputs)


SERVER = pytest.param("server", marks=pytest.mark.stress)
EVERY_STORE = pytest.mark.parametrize("source", ["SQLite", SERVER])
EVERY_SOURCE = pytest.mark.parametrize("source", ["journals", "SQLite", SERVER])


@EVERY_STORE
def test_mlflow_gives_the_same_runs_as_the_journals(
    recorded: Recorded, runs: pd.DataFrame, source: str
) -> None:
    found = results.runs(recorded.place(source))
    assert list(found.columns) == list(runs.columns)
    assert found.dtypes.to_dict() == runs.dtypes.to_dict()
    columns = [column for column in runs if column not in LESS_EXACT]
    pd.testing.assert_frame_equal(found[columns], runs[columns], check_exact=True)
    assert (abs(found["started"] - runs["started"]) < pd.Timedelta(milliseconds=2)).all()


@EVERY_STORE
def test_mlflow_gives_the_same_history_as_the_journals(recorded: Recorded, source: str) -> None:
    found = results.history(recorded.place(source))
    pd.testing.assert_frame_equal(found, results.history(recorded.outputs), check_exact=True)


@EVERY_SOURCE
def test_exported_results_are_those_of_the_source(
    recorded: Recorded, source: str, tmp_path: Path
) -> None:
    place = recorded.place(source)
    results.export(place, tmp_path)
    expected = results.runs(place).assign(outputs=math.nan)
    pd.testing.assert_frame_equal(results.runs(tmp_path), expected, check_exact=True)
    history = results.history(place)
    pd.testing.assert_frame_equal(results.history(tmp_path), history, check_exact=True)


@EVERY_SOURCE
def test_a_sweep_is_exported_with_networks_and_weights(
    recorded: Recorded, source: str, tmp_path: Path
) -> None:
    folder, sweep = tmp_path / "results", recorded.sweep(2).id
    expected = results.runs(recorded.outputs, sweep=sweep)["identity"]
    identity = expected.iloc[1]
    results.export(recorded.place(source), folder, sweep=sweep, networks=[identity])
    assert list(results.runs(folder)["identity"]) == list(expected)
    assert set(results.history(folder)["identity"]) == set(expected)
    place = results.files(folder, identity)
    original = recorded.outputs / "runs" / identity
    assert place == folder / "runs" / identity
    assert (place / "network.npz").read_bytes() == (original / "network.npz").read_bytes()
    weights = load_weights(place)
    assert list(weights) == [0, 1, 2, 5]
    for epoch, values in load_weights(original).items():
        np.testing.assert_array_equal(weights[epoch], values)


@EVERY_SOURCE
def test_a_network_that_was_not_kept_is_not_exported(
    recorded: Recorded, runs: pd.DataFrame, source: str, tmp_path: Path
) -> None:
    diverged = runs.loc[runs["status"] == "diverged", "identity"].iloc[0]
    with pytest.raises(UserError, match="no such network"):
        results.export(recorded.place(source), tmp_path / "results", networks=[diverged])
    assert not (tmp_path / "results").exists()


def test_runs_of_every_status_are_rows(runs: pd.DataFrame) -> None:
    statuses = {
        (each["optimizer"], each["l2"], each["seed"], each["architecture"]): each["status"]
        for _, each in runs.iterrows()
    }
    architecture = "784-30-10"
    assert statuses == {
        ("sgd", 0.0, 0, architecture): "finished",
        ("sgd", 300.0, 0, architecture): "diverged",
        ("adam", 0.0, 0, architecture): "finished",
        ("adam", 300.0, 0, architecture): "finished",
        ("sgd", 0.0, 1, architecture): "finished",
        ("sgd", 0.0, 0, "784-100000000000-10"): "failed",
        ("sgd", 0.0, 10, architecture): "running",
        ("sgd", 0.0, 11, architecture): "interrupted",
        ("sgd", 0.0, 12, architecture): "interrupted",
    }
    assert len(runs) == len(statuses)
    messages = {(each["status"], each["seed"]): each["message"] for _, each in runs.iterrows()}
    assert re.search("NaN or infinite in epoch 3", messages["diverged", 0])
    assert "Unable to allocate" in messages["failed", 0]
    assert messages["interrupted", 11] == SILENT_END
    assert messages["interrupted", 12].startswith("stopped by SIGINT after epoch")
    assert messages["finished", 0] == messages["running", 10] == ""


def test_a_row_has_the_values_of_the_journal(recorded: Recorded, runs: pd.DataFrame) -> None:
    for _, row in runs.iterrows():
        folder = recorded.outputs / "runs" / row["identity"]
        start = harness.events(folder, "start")[0]
        epochs = [each["metrics"] for each in harness.events(folder, "epoch")]
        assert row["epochs_done"] == len(epochs)
        assert row["name"] == start["name"]
        assert row["data"] == (start["dataset"] or {}).get("sha256", "")
        assert row["started"].timestamp() == pytest.approx(start["time"], abs=1e-3)
        for name, value in (epochs[-1] if epochs else {}).items():
            assert row[name] == value
        accuracies = [each["validation/accuracy"] for each in epochs]
        best = row["best_epoch/validation/accuracy"]
        assert best == max(accuracies) if epochs else np.isnan(best)
        ends = harness.events(folder, "end")
        for name, value in (ends[-1].get("metrics", {}) if ends else {}).items():
            assert row[name] == value
        assert np.isnan(row["test/accuracy"]) == (row["status"] != "finished")
        for split in ("test", "best_epoch/test"):
            if row["status"] == "finished":
                correct = results.correct_images(row[f"{split}/correct"])
                assert (len(correct), correct.mean()) == (10_000, row[f"{split}/accuracy"])
            else:
                assert row[f"{split}/correct"] is None


def test_the_history_has_the_values_of_the_journals(recorded: Recorded) -> None:
    table = results.history(recorded.outputs)
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
        if not name.startswith(("test/", "best_epoch/"))
    }
    assert found == expected


def test_columns_have_types_whatever_the_runs_are(runs: pd.DataFrame) -> None:
    for column in ("loss", "optimizer", "architecture", "dataset", "status", "dtype"):
        assert isinstance(runs[column].dtype, pd.CategoricalDtype)
    for column in ("seed", "epochs", "epochs_done", "batch_size"):
        assert pd.api.types.is_integer_dtype(runs[column])
    for column in ("l2", "optimizer.beta1", "test/accuracy", "train/cost", "run_seconds"):
        assert pd.api.types.is_float_dtype(runs[column])
    assert isinstance(runs["started"].dtype, pd.DatetimeTZDtype)
    assert runs["started"].is_monotonic_increasing
    assert runs["optimizer.beta1"].isna().equals(runs["optimizer"] != "adam")
    assert runs["schedule.every"].isna().equals(runs["schedule"] != "step")


def test_a_run_that_rerun_has_set_aside_is_no_row(recorded: Recorded, runs: pd.DataFrame) -> None:
    (aside,) = recorded.outputs.glob("runs/*.1")
    (row,) = (each for _, each in runs.iterrows() if each["identity"] == aside.stem)
    before, after = (harness.events(path, "start")[0] for path in (aside, aside.with_suffix("")))
    assert before["time"] < after["time"] == pytest.approx(row["started"].timestamp(), abs=1e-3)


@EVERY_SOURCE
@pytest.mark.parametrize("n_runs", [4, 2])
def test_a_run_of_two_sweeps_is_in_both(recorded: Recorded, source: str, n_runs: int) -> None:
    sweep = recorded.sweep(n_runs)
    expected = {run.identity for run in sweep.runs}
    assert len(expected) == n_runs
    found = results.runs(recorded.place(source), sweep=sweep.id)
    assert set(found["identity"]) == expected
    assert len(found) == n_runs
    history = results.history(recorded.place(source), sweep=sweep.id)
    assert set(history["identity"]) == expected


@EVERY_SOURCE
def test_runs_are_counted_in_a_sweep_and_in_its_source(recorded: Recorded, source: str) -> None:
    place, sweep = recorded.place(source), recorded.sweep(2).id
    assert results.count_runs(place, sweep) == (2, len(results.runs(place)))


@EVERY_SOURCE
def test_sweeps_are_listed_with_their_facts_the_newest_last(
    recorded: Recorded, source: str
) -> None:
    found = results.sweeps(recorded.place(source))
    assert [(sweep.id, sweep.n_runs) for sweep in found] == [
        (recorded.sweep(n).id, n) for n in (4, 2)
    ]
    for sweep, arguments in zip(found, (FOUR, TWO), strict=True):
        record = recorded.sweep(sweep.n_runs)
        assert record.overrides == [*arguments, f"outputs={recorded.outputs}"]
        assert sweep.command == run_command(record.overrides)
        assert sweep.name == record.name
        assert sweep.time == pytest.approx(record.time, abs=0.002)
        assert sweep.store == (None if source == "journals" else recorded.place(source))


def test_a_description_that_was_edited_in_mlflow_changes_nothing(
    recorded: Recorded, tmp_path: Path
) -> None:
    shutil.copy(recorded.uri.removeprefix("sqlite:///"), tmp_path / "mlflow.db")
    uri = harness.uri(tmp_path)
    runs, sweeps = results.runs(uri), results.sweeps(uri)
    client = harness.connect(uri)
    for run in harness.tracked(uri):
        client.set_tag(run.id, "mlflow.note.content", "my best runs")
    pd.testing.assert_frame_equal(results.runs(uri), runs)
    assert results.sweeps(uri) == sweeps


@pytest.mark.parametrize(("tag", "value"), [("runs", "many"), ("overrides", "seed=1 l2=0")])
def test_a_tag_of_a_sweep_that_was_damaged_is_an_error_that_names_the_run(
    recorded: Recorded, tmp_path: Path, tag: str, value: str
) -> None:
    shutil.copy(recorded.uri.removeprefix("sqlite:///"), tmp_path / "mlflow.db")
    uri = harness.uri(tmp_path)
    (run,) = (run for run in harness.tracked(uri) if run.tags.get("sweep") == recorded.sweep(2).id)
    harness.connect(uri).set_tag(run.id, tag, value)
    with pytest.raises(UserError, match=f"the tags of run {run.id} were changed"):
        results.sweeps(uri)


@EVERY_SOURCE
def test_runs_are_selected_by_any_column(recorded: Recorded, source: str) -> None:
    place = recorded.place(source)
    assert set(results.runs(place, status="diverged")["l2"]) == {300.0}
    assert set(results.runs(place, optimizer__beta1=0.9)["optimizer"]) == {"adam"}
    both = results.runs(place, optimizer="sgd", l2=0, seed=1)
    assert len(both) == 1
    history = results.history(place, optimizer="sgd", l2=0, seed=1)
    assert set(history["identity"]) == set(both["identity"])


@EVERY_STORE
def test_a_selection_without_runs_is_an_error(recorded: Recorded, source: str) -> None:
    place = recorded.place(source)
    with pytest.raises(UserError, match=r"optimizer\.beta3: no such column; there are .*beta1"):
        results.runs(place, optimizer__beta3=0.9)
    with pytest.raises(UserError, match="none of 9 runs has seed=99, loss=mse"):
        results.history(place, seed=99, loss="mse")
    with pytest.raises(UserError, match="no runs are tracked there as part of sweep nonsense"):
        results.runs(place, sweep="nonsense")


def test_a_store_that_does_not_exist_is_an_error_and_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no such store"):
        results.runs(harness.uri(tmp_path))
    assert not list(tmp_path.iterdir())


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


@EVERY_SOURCE
def test_the_files_of_a_run_are_in_its_folder_or_downloaded(
    recorded: Recorded, runs: pd.DataFrame, source: str
) -> None:
    identity = runs.loc[runs["status"] == "finished", "identity"].iloc[-1]
    original = recorded.outputs / "runs" / identity
    place = results.files(recorded.place(source), identity)
    assert (place / "network.npz").read_bytes() == (original / "network.npz").read_bytes()
    assert list(load_weights(place)) == list(load_weights(original)) == [0, 1, 2, 5]


@EVERY_STORE
def test_the_files_of_an_unknown_run_are_an_error(recorded: Recorded, source: str) -> None:
    with pytest.raises(UserError, match="no run 0123 is tracked there"):
        results.files(recorded.place(source), "0123")


SMALL_RUN = ("dataset.train_size=50", "dataset.validation_size=100", "epochs=1", NOT_TRACKED)


def test_the_commands_of_runs_find_these_runs_done(tmp_path: Path) -> None:
    """The folders have names that the shell and Hydra would read in another way."""
    outputs, images = tmp_path / "my, outputs", tmp_path / "my own, digits (1)"
    images.mkdir()
    for path in (harness.PROJECT / "data" / "mnist").glob("*.gz"):
        (images / path.name).symlink_to(path)
    chosen = (
        *("dataset=folder", f"dataset.root='{images}'", "architecture.sizes=[784,2,2,10]"),
        *("optimizer.learning_rate=0.3,3", "seed=0,2", "loss=ce", f"outputs='{outputs}'"),
    )
    command = [sys.executable, "run.py", "-m", *chosen, *SMALL_RUN]
    with Program(command, tmp_path / "run.log") as program:
        assert program.wait() == 0, program.output
    runs = results.runs(outputs)
    (line,) = results.commands(runs)
    _, script, *words = shlex.split(line)
    with Program([sys.executable, script, *words, "plan=true"], tmp_path / "plan.log") as planned:
        assert planned.wait() == 0, planned.output
        plan = planned.output
    assert sorted(re.findall(r"\b[0-9a-f]{16}\b", plan)) == sorted(runs["identity"])
    assert "0 of 4 runs to do" in plan
