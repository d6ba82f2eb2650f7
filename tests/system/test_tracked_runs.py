"""The copy of runs and sweeps in MLflow: metrics, params, tags, artifacts."""

import json
import platform
import re
import shlex
import socket
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

import harness
import pytest
from harness import BEST_EPOCH_METRICS, EVERY_EPOCH_METRICS, TEST_METRICS, Tracked
from omegaconf import OmegaConf

ONCE = TEST_METRICS | BEST_EPOCH_METRICS
FOUR = ("mse sgd", "mse adam", "ce sgd", "ce adam")
EVERY_RUN = pytest.mark.parametrize("name", FOUR)


@pytest.fixture(scope="module")
def runs(four: harness.Sweep) -> list[Tracked]:
    return harness.tracked(four.uri)


@pytest.fixture(scope="module")
def children(runs: list[Tracked]) -> dict[str, Tracked]:
    return {run.name: run for run in runs if "mlflow.parentRunId" in run.tags}


def test_a_sweep_is_a_run_that_contains_its_jobs(
    four: harness.Sweep, runs: list[Tracked], children: dict[str, Tracked]
) -> None:
    parents = [run for run in runs if "mlflow.parentRunId" not in run.tags]
    assert len(runs) == 5
    assert sorted(children) == sorted(FOUR)
    assert [run.tags["mlflow.parentRunId"] for run in children.values()] == [parents[0].id] * 4
    sweep = parents[0].tags["sweep"]
    assert parents[0].name.startswith(f"{sweep[:8]} loss=mse,ce optimizer=sgd,adam")
    assert [run.status for run in runs] == ["FINISHED"] * 5


def test_the_command_line_overrides_the_environment(four: harness.Sweep) -> None:
    assert not four.decoy.exists()


@EVERY_RUN
def test_mlflow_has_every_metric_to_the_last_bit(
    four: harness.Sweep, children: dict[str, Tracked], name: str
) -> None:
    metrics = children[name].metrics
    assert set(metrics) == EVERY_EPOCH_METRICS | ONCE
    for each, values in metrics.items():
        assert [step for step, _ in values] == ([2] if each in ONCE else [1, 2])
    assert metrics == harness.histories(harness.jobs(four.folder)[name])


@EVERY_RUN
def test_metrics_have_plausible_values(children: dict[str, Tracked], name: str) -> None:
    values = {key: [value for _, value in pairs] for key, pairs in children[name].metrics.items()}
    for split in ("train", "validation", "test"):
        assert all(0 < value < 1 for value in values[f"{split}/accuracy"])
        assert all(0 < value < 10 for value in values[f"{split}/cost"])
        assert values[f"{split}/loss"] == values[f"{split}/cost"]  # without a penalty
    for seconds, speed in zip(values["seconds"], values["images_per_second"], strict=True):
        assert speed * seconds == pytest.approx(300)
    assert values["minibatch_gradient_norm"][0] > 0
    for share in ("output/error", "output/slope", "output/delta", "saturated/1"):
        assert all(0 <= value < 1 for value in values[share])
    (best,), (first, second) = values["best_epoch/epoch"], values["validation/accuracy"]
    assert best == (2 if second > first else 1)
    for metric in ("test/cost", "test/accuracy"):
        assert (values[f"best_epoch/{metric}"] == values[metric]) == (best == 2)
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
        "backend": "numpy",
        "test_curve": "False",
    }
    params = children[name].params
    assert {key: params[key] for key in expected} == expected
    assert float(params["optimizer.learning_rate"]) > 0
    assert ("optimizer.beta2" in params) == (optimizer == "adam")


def test_tags_hold_the_environment_and_the_facts_of_a_run(
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
        overrides = json.loads(run.tags["overrides"])
        assert overrides[:3] == [f"loss={loss}", f"optimizer={optimizer}", "epochs=2"]
        assert re.fullmatch("[0-9a-f]{64}", run.tags["data.sha256"])
        assert run.tags["status"] == "finished"
        assert run.tags["certificate"].startswith("the gradient is right: ")
        assert "message" not in run.tags
        assert run.tags["folder"] == str(harness.jobs(four.folder)[name])
        assert json.loads(run.tags["sweeps"]) == [harness.sweep_folder(four.folder).name]


def test_tags_hold_the_facts_of_a_sweep(four: harness.Sweep, runs: list[Tracked]) -> None:
    (sweep,) = (run for run in runs if "mlflow.parentRunId" not in run.tags)
    assert sweep.tags["sweep"] == harness.sweep_folder(four.folder).name
    assert sweep.tags["runs"] == "4"
    assert json.loads(sweep.tags["overrides"])[:2] == ["loss=mse,ce", "optimizer=sgd,adam"]


def test_the_description_of_a_sweep_has_its_command_as_a_shell_takes_it(
    four: harness.Sweep, runs: list[Tracked]
) -> None:
    (sweep,) = (run for run in runs if "mlflow.parentRunId" not in run.tags)
    found = re.search("^4 runs of `(.+)`: .+$", sweep.tags["mlflow.note.content"], re.MULTILINE)
    assert found
    assert shlex.split(found[1]) == [
        *("python", "run.py", "-m"),
        *json.loads(sweep.tags["overrides"]),
    ]


@EVERY_RUN
def test_the_splits_are_inputs_of_the_run(children: dict[str, Tracked], name: str) -> None:
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


def _assert_figure(path: Path, title: str) -> None:
    """Check that an SVG file is a figure of legible size with a title and numbers."""
    root = ElementTree.parse(path).getroot()
    assert 300 < float(root.get("height", "")) < 2000
    assert 500 < float(root.get("width", "")) < 3000
    words = [element.text or "" for element in root if element.tag.endswith("text")]
    assert words[0].startswith(title)
    assert sum(word.removesuffix("%").replace(".", "").isdigit() for word in words) > 10


@EVERY_RUN
@pytest.mark.parametrize("figure", ["learning_curves.svg", "confusion_matrix.svg"])
def test_a_run_has_figures(children: dict[str, Tracked], name: str, figure: str) -> None:
    _assert_figure(children[name].artifacts[figure], name)


def test_a_sweep_has_a_figure_of_its_learning_curves(runs: list[Tracked]) -> None:
    parent = next(run for run in runs if "mlflow.parentRunId" not in run.tags)
    _assert_figure(parent.artifacts["learning_curves.svg"], parent.name.partition(" ")[2])


def test_each_run_has_one_model(children: dict[str, Tracked]) -> None:
    assert [len(run.models) for run in children.values()] == [1, 1, 1, 1]
