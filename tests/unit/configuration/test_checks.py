"""Values of a configuration that no class checks."""

from pathlib import Path

import pytest
from composing import check_refused

from experiments.configuration import build, compose
from experiments.errors import ConfigError


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("outputs=''", "outputs"),
        ("tracking.uri=''", "tracking.uri tracking=none"),
        ("tracking.uri=sqlite:///", "sqlite:/// FILE"),
        ("tracking.uri=mlruns", "mlruns folders sqlite:///FILE"),
        ("tracking.experiment=''", "tracking.experiment"),
        ("tracking.artifacts=''", "tracking.artifacts is empty"),
        ("tracking.artifacts=s3://bucket", "tracking.artifacts folder address"),
        ("tracking.artifacts=/dev/null", "tracking.artifacts=/dev/null file folder"),
        ("outputs=http://host", "outputs=http://host folder address"),
        ("outputs=/dev/null", "outputs=/dev/null file folder"),
        ("outputs=/dev/null/x", "outputs=/dev/null/x: /dev/null is a file; it has to be a folder"),
        (f"outputs={'x' * 300}", "outputs=xxx cannot be a folder: File name too long"),
        (f"epochs={2**63}", f"epochs can be at most {2**63 - 1} not {2**63}"),
        (f"seed={10**400}", "seed can be at most 10000"),
        (f"record_weights=[1,{2**63}]", "record_weights can be at most"),
        ("checkpoint_every=0", "checkpoint_every 0"),
        ("checkpoint_every=-1", "checkpoint_every -1"),
        ("stop_below=[0.5,1.5]", "stop_below list of accuracies from 0 to 1 [0.5, 1.5]"),
        ("stop_below=[-0.1]", "stop_below -0.1"),
        ("record_weights=[-1]", "record_weights -1"),
        ("record_weights=[0,1,-3]", "record_weights -3"),
        ("record_weights=[[1]]", "record_weights [1]"),
        ("record_weights=['???']", "record_weights no value"),
        ("record_weights=['${l2}']", "record_weights 0.0"),
        ("test_curve=true score_test=false", "test_curve=true score_test=false leave out one"),
        ("+epochz=3", "epochz"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(overrides: str, expected: str) -> None:
    check_refused(overrides, expected)


def test_a_choice_that_is_written_as_an_option_of_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    text = "# @package _global_\noptimizer: adam\n"
    (tmp_path / "experiment" / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^optimizer=adam: must be a dictionary; in a file"):
        build(compose(["+experiment=mine", f"hydra.searchpath=[file://{tmp_path}]"]))


def test_a_hash_of_a_file_that_no_data_set_has_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        build(compose(["+dataset.sha256.train=a"]))
    assert str(caught.value) == (
        "dataset.sha256.train: no such file; there are train_images, train_labels, test_images,"
        " test_labels"
    )


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "MLFLOW_TRACKING_URI",
            " ",
            "the environment variable MLFLOW_TRACKING_URI is empty; unset",
        ),
        (
            "MLFLOW_TRACKING_URI",
            "x",
            "the environment variable MLFLOW_TRACKING_URI: x: folders are",
        ),
        ("MLFLOW_EXPERIMENT_NAME", "", "the environment variable MLFLOW_EXPERIMENT_NAME is empty;"),
    ],
)
def test_an_environment_variable_with_a_mistake_is_named(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError) as caught:
        build(compose())
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("key", ["uri", "experiment"])
def test_an_option_with_a_mistake_is_named_instead_of_the_variable(
    monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "mine")
    with pytest.raises(ConfigError, match=rf"^tracking\.{key} is empty"):
        build(compose([f"tracking.{key}=''"]))


def test_a_preset_with_several_settings_is_no_option_of_one_run() -> None:
    with pytest.raises(
        ConfigError, match=r"^\+replicate=\.\.\.: .* needs -m and hydra/sweeper=grid$"
    ):
        build(compose(["+replicate=nielsen/depth"]))


def test_a_study_is_no_option_of_one_run() -> None:
    with pytest.raises(ConfigError, match=r"^\+study=\.\.\.: a study needs -m$"):
        build(compose(["+study=sgd_vs_adam"]))
