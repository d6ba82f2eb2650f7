"""What MLflow gets of a run, and what becomes of a run when MLflow fails: nothing."""

import contextlib
import platform
import re
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import harness
import numpy as np
import pytest
from harness import ENDLESS, NOT_TRACKED, SMALL, Tracked
from matplotlib.image import imread
from omegaconf import OmegaConf

EVERY_EPOCH = {
    *("train/cost", "train/accuracy", "validation/cost", "validation/accuracy"),
    *("learning_rate", "gradient_norm", "weight_norm/1", "weight_norm/2"),
    *("seconds", "images_per_second"),
    *("output/error", "output/slope", "output/delta", "saturated/1", "saturated/2"),
}
ONCE = {"test/cost", "test/accuracy"} | {f"test/chosen/{x}" for x in ("cost", "accuracy", "epoch")}
FOUR = ("mse sgd", "mse adam", "ce sgd", "ce adam")
EVERY_RUN = pytest.mark.parametrize("name", FOUR)


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory) -> harness.Sweep:
    return harness.four_runs(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def runs(four: harness.Sweep) -> list[Tracked]:
    return harness.tracked(four.uri)


@pytest.fixture(scope="module")
def children(runs: list[Tracked]) -> dict[str, Tracked]:
    return {run.name: run for run in runs if "mlflow.parentRunId" in run.tags}


def test_a_sweep_is_one_run_with_its_jobs_nested_in_it(
    four: harness.Sweep, runs: list[Tracked], children: dict[str, Tracked]
) -> None:
    parents = [run for run in runs if "mlflow.parentRunId" not in run.tags]
    assert len(runs) == 5
    assert sorted(children) == sorted(FOUR)
    assert [run.tags["mlflow.parentRunId"] for run in children.values()] == [parents[0].id] * 4
    assert parents[0].name.startswith("loss=mse,ce optimizer=sgd,adam")
    assert [run.status for run in runs] == ["FINISHED"] * 5


def test_the_command_line_overrides_the_environment(four: harness.Sweep) -> None:
    assert not four.decoy.exists()


@EVERY_RUN
def test_every_metric_is_there_to_the_last_bit(
    four: harness.Sweep, children: dict[str, Tracked], name: str
) -> None:
    metrics = children[name].metrics
    assert set(metrics) == EVERY_EPOCH | ONCE
    for each, values in metrics.items():
        assert [step for step, _ in values] == ([2] if each in ONCE else [1, 2])
    assert metrics == harness.histories(harness.jobs(four.folder)[name])


@EVERY_RUN
def test_metrics_are_what_they_are_called(children: dict[str, Tracked], name: str) -> None:
    values = {key: [value for _, value in pairs] for key, pairs in children[name].metrics.items()}
    for split in ("train", "validation", "test"):
        assert all(0 < value < 1 for value in values[f"{split}/accuracy"])
        assert all(0 < value < 10 for value in values[f"{split}/cost"])
    for seconds, speed in zip(values["seconds"], values["images_per_second"], strict=True):
        assert speed * seconds == pytest.approx(300)
    assert values["gradient_norm"][0] > 0
    for share in ("output/error", "output/slope", "output/delta", "saturated/1", "saturated/2"):
        assert all(0 <= value < 1 for value in values[share])
    (chosen,), (first, second) = values["test/chosen/epoch"], values["validation/accuracy"]
    assert chosen == (2 if second > first else 1)
    for what in ("cost", "accuracy"):
        assert (values[f"test/chosen/{what}"] == values[f"test/{what}"]) == (chosen == 2)
    assert values["learning_rate"] == [float(children[name].params["optimizer.learning_rate"])] * 2


@EVERY_RUN
def test_every_choice_is_a_param(children: dict[str, Tracked], name: str) -> None:
    loss, optimizer = name.split()
    expected = {
        "dataset": "mnist",
        "dataset.train_size": "300",
        "dataset.split_seed": "0",
        "architecture": "784-30-10",
        "architecture.sizes": "[784, 30, 10]",
        "activation": "sigmoid",
        "initializer": "lecun_normal",
        "loss": loss,
        "loss.output": {"mse": "sigmoid", "ce": "softmax"}[loss],
        "optimizer": optimizer,
        "schedule": "constant",
        "epochs": "2",
        "batch_size": "10",
        "l2": "0.0",
        "seed": "0",
        "dtype": "float32",
    }
    params = children[name].params
    assert {key: params[key] for key in expected} == expected
    assert float(params["optimizer.learning_rate"]) > 0
    assert ("optimizer.beta2" in params) == (optimizer == "adam")


def test_tags_say_with_what_and_where_a_run_was_made(
    four: harness.Sweep, runs: list[Tracked], children: dict[str, Tracked]
) -> None:
    for run in runs:
        assert run.tags.get("git.commit") == four.commit
        assert run.tags.get("git.dirty") in ({"true", "false"} if four.commit else {None})
        assert run.tags["host"] == socket.gethostname()
        assert run.tags["version.python"] == platform.python_version()
        for package in ("numpy", "mlflow", "hydra-core"):
            assert run.tags[f"version.{package}"] == version(package)
    for name, run in children.items():
        loss, optimizer = name.split()
        assert f"loss={loss} optimizer={optimizer} epochs=2" in run.tags["overrides"]
        assert re.fullmatch("[0-9a-f]{64}", run.tags["data.sha256"])
        assert run.tags["outcome"] == "finished"
        assert run.tags["folder"] == str(harness.jobs(four.folder)[name])


@EVERY_RUN
def test_the_data_are_inputs(children: dict[str, Tracked], name: str) -> None:
    run = children[name]
    assert {context: each["num_rows"] for context, each in run.datasets.items()} == {
        "train": 300,
        "validation": 10_000,
        "test": 10_000,
    }
    for context, each in run.datasets.items():
        assert each["name"] == f"mnist {context}"
        assert run.tags["data.sha256"].startswith(each["digest"])


@EVERY_RUN
def test_the_resolved_configuration_is_an_artifact(
    four: harness.Sweep, children: dict[str, Tracked], name: str
) -> None:
    start = harness.events(harness.jobs(four.folder)[name], "start")[0]
    config = OmegaConf.to_container(OmegaConf.load(children[name].artifacts["config.yaml"]))
    assert config == start["config"]
    assert config["optimizer"]["learning_rate"] == float(
        children[name].params["optimizer.learning_rate"]
    )


def _assert_picture(path: Path) -> None:
    """Check that a PNG file decodes to a picture of legible size with something drawn on it."""
    pixels = imread(path)
    height, width = pixels.shape[:2]
    assert 300 < height < 2000
    assert 500 < width < 3000
    background = pixels[0, 0]
    drawn = np.mean(np.any(pixels != background, axis=-1))
    assert 0.01 < drawn < 0.99
    assert len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0)) > 20


@EVERY_RUN
@pytest.mark.parametrize("picture", ["learning_curves.png", "confusion_matrix.png"])
def test_pictures_of_a_run(children: dict[str, Tracked], name: str, picture: str) -> None:
    _assert_picture(children[name].artifacts[picture])


def test_a_sweep_has_a_picture_of_all_its_learning_curves(runs: list[Tracked]) -> None:
    parent = next(run for run in runs if "mlflow.parentRunId" not in run.tags)
    _assert_picture(parent.artifacts["learning_curves.png"])


def test_each_run_has_its_model_and_only_one(children: dict[str, Tracked]) -> None:
    assert [len(run.models) for run in children.values()] == [1, 1, 1, 1]


@pytest.mark.parametrize("arguments", [(), ("-m", "seed=0,1")], ids=["run", "sweep"])
def test_without_tracking_training_imports_nothing_slow(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "run"
    harness.run(folder, *arguments, *SMALL, NOT_TRACKED, options=["-X", "importtime"])
    logs = [folder.with_suffix(".log"), *folder.glob("runs/*/output.log")]
    assert len(logs) == (3 if arguments else 1)
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0]
        for log in logs
        for line in log.read_text().splitlines()
        if line.startswith("import time:")
    }
    assert {"numpy", "hydra", "experiments", "nn"} <= imported
    assert not imported & {"mlflow", "pandas", "matplotlib", "seaborn", "sqlalchemy", "sklearn"}


def test_without_tracking_there_is_no_writer_and_no_store(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    with harness.start(folder, *ENDLESS, NOT_TRACKED, cwd=tmp_path) as program:
        harness.wait_for_epoch(folder)
        assert list(program.processes()) == [program.process.pid]
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run.log"}
    assert {path.name for path in folder.iterdir()} == {"runs"}
    recorded = {path.name for path in harness.run_folder(folder).iterdir()}
    ours = {name for name in recorded if not name.startswith("checkpoint.")}
    assert ours == {"journal.jsonl", "weights"}


class Fresh:
    """Sixteen runs started at once, which find their store, not there yet, in the environment."""

    def __init__(self, folder: Path) -> None:
        self.uri = harness.uri(folder)
        self.folders = [folder / str(number) for number in range(16)]
        with ExitStack() as stack:
            programs = [
                stack.enter_context(
                    harness.start(
                        each,
                        *(f"seed={number}", f"tracking.artifacts={folder / 'artifacts'}", *SMALL),
                        MLFLOW_TRACKING_URI=self.uri,
                    )
                )
                for number, each in enumerate(self.folders)
            ]
            self.exit_codes = [program.wait() for program in programs]
            self.outputs = [program.output for program in programs]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Fresh:
    return Fresh(tmp_path_factory.mktemp("fresh"))


def test_sixteen_runs_can_start_at_once_on_a_fresh_store(fresh: Fresh) -> None:
    assert fresh.exit_codes == [0] * len(fresh.folders)
    assert [out for out in fresh.outputs if "did not get everything" in out] == []
    runs = {run.params["seed"]: run for run in harness.tracked(fresh.uri)}
    assert set(runs) == {folder.name for folder in fresh.folders}
    for number, folder in enumerate(fresh.folders):
        assert runs[str(number)].status == "FINISHED"
        assert set(runs[str(number)].metrics) == EVERY_EPOCH | ONCE
        assert runs[str(number)].metrics == harness.histories(folder)
        assert len(runs[str(number)].models) == 1


def test_the_environment_says_where_to_track(fresh: Fresh) -> None:
    assert len(harness.tracked(fresh.uri)) == len(fresh.folders)


@contextlib.contextmanager
def _port(*, listening: bool = False) -> Iterator[int]:
    """Yield a port of this machine where nobody listens, or somebody who never says a word."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if listening:
            taken.listen()
        yield taken.getsockname()[1]


BROKEN = {"dead": "Connection refused", "silent": "", "scheme": "gopher", "file": "blocked"}
"""What each kind of broken store is told by."""


class Broken:
    """Three runs and a sweep at once, each with a store that cannot be written to.

    One run's store is a server that never answers: Ctrl-C ends the wait for it.
    """

    def __init__(self, folder: Path) -> None:
        self.blocked = folder / "blocked"
        self.blocked.write_text("a file where the store's folder should be")
        self.uri = harness.uri(self.blocked)
        self.folders = {name: folder / name for name in BROKEN}
        self.exit_codes: dict[str, int] = {}
        self.outputs: dict[str, str] = {}
        began = time.monotonic()
        with _port() as dead, _port(listening=True) as silent, ExitStack() as stack:
            arguments = {
                "dead": (f"tracking.uri=http://127.0.0.1:{dead}",),
                "silent": (f"tracking.uri=http://127.0.0.1:{silent}",),
                "scheme": ("tracking.uri=gopher://store",),
                "file": ("-m", "seed=0,1", *harness.store(self.blocked)),
            }
            programs = {
                name: stack.enter_context(harness.start(self.folders[name], *each, *SMALL))
                for name, each in arguments.items()
            }
            waiting = programs["silent"]
            harness.wait_for(lambda: "Waiting for MLflow" in waiting.output, "word on the wait")
            waiting.ctrl_c()
            for name, program in programs.items():
                self.exit_codes[name] = program.wait()
                self.outputs[name] = program.output
                program.wait_until_gone()
        self.seconds = time.monotonic() - began


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Broken:
    return Broken(tmp_path_factory.mktemp("broken"))


@pytest.mark.parametrize("name", BROKEN)
def test_a_run_does_not_fail_with_its_tracking(broken: Broken, name: str) -> None:
    assert broken.exit_codes[name] == 0
    assert "finished: test accuracy" in broken.outputs[name]
    folder = broken.folders[name]
    for run in harness.jobs(folder).values() if name == "file" else [folder]:
        assert harness.events(run)[-1]["status"] == "finished"
        assert len(harness.events(run, "epoch")) == 2
        assert (harness.run_folder(run) / "network.npz").is_file()


@pytest.mark.parametrize("name", BROKEN)
def test_when_tracking_fails_the_run_says_why_and_what_to_do(broken: Broken, name: str) -> None:
    message = broken.outputs[name].rpartition("finished")[2]
    assert BROKEN[name] in message
    assert "Nothing is lost" in message
    folder_of = harness.sweep_folder if name == "file" else harness.run_folder
    assert Path(harness.advice(message, "sync")[2]).resolve() == folder_of(broken.folders[name])
    assert "Traceback" not in broken.outputs[name]
    assert "browse" not in message


def test_a_dead_server_is_noticed_in_seconds(broken: Broken) -> None:
    assert broken.seconds < 60  # MLflow's own patience is four minutes for each call


@pytest.fixture(scope="module")
def mended(broken: Broken) -> list[str]:
    """The command to bring the store up to date, run once since the store can be written to."""
    broken.blocked.unlink()
    command = harness.advice(broken.outputs["file"], "sync")
    _run(command, broken.folders["file"])
    return command


def _run(command: list[str], folder: Path) -> None:
    with harness.Program(command, folder / "command.log") as program:
        assert program.wait() == 0, program.output


def test_sync_brings_a_mended_store_up_to_date(broken: Broken, mended: list[str]) -> None:
    runs = harness.by_name(broken.uri)
    (parent,) = (run for run in runs.values() if "mlflow.parentRunId" not in run.tags)
    assert parent.status == "FINISHED"
    assert "learning_curves.png" in parent.artifacts
    for name, folder in harness.jobs(broken.folders["file"]).items():
        run, start, end = (
            runs[name],
            *(harness.events(folder, each)[0] for each in ("start", "end")),
        )
        assert (run.status, run.tags["mlflow.parentRunId"]) == ("FINISHED", parent.id)
        assert (run.start, run.end) == (int(start["time"] * 1000), int(end["time"] * 1000))
        assert run.metrics == harness.histories(folder)
        assert set(run.metrics) == EVERY_EPOCH | ONCE
        assert {"config.yaml", "learning_curves.png", "confusion_matrix.png"} <= set(run.artifacts)
        assert (len(run.models), len(run.datasets)) == (1, 3)


def test_sync_can_be_repeated(broken: Broken, mended: list[str]) -> None:
    before = harness.tracked(broken.uri)
    _run(mended, broken.folders["file"])
    after = harness.tracked(broken.uri)
    assert len(after) == len(before) == 3
    for run, same in zip(after, before, strict=True):
        assert run == same


def test_a_sync_notices_a_dead_server_in_seconds(broken: Broken) -> None:
    folder = broken.folders["dead"]
    began = time.monotonic()
    with _port() as dead:
        command = [harness.EXPERIMENTS, "sync", folder, "--uri", f"http://127.0.0.1:{dead}"]
        with harness.Program(command, folder / "command.log") as program:
            assert program.wait() == 1
            (line,) = program.output.splitlines()
    assert line.startswith(f"error: http://127.0.0.1:{dead}: ")
    assert "Connection refused" in line
    assert time.monotonic() - began < 60  # as above


def test_what_cannot_be_synced_is_one_clear_line(tmp_path: Path) -> None:
    with harness.Program([harness.EXPERIMENTS, "sync", tmp_path], tmp_path / "log") as program:
        assert program.wait() == 1
        (line,) = program.output.splitlines()
    assert line.startswith(f"error: {tmp_path}: ")
