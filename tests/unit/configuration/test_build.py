"""From a composed configuration to an experiment, and to the configuration that a run records."""

import math
from pathlib import Path

import msgspec
import pytest
from composing import composed_config

from experiments.configuration import (
    DESCRIBED,
    build,
    choices,
    compose,
    rebuild,
    recorded_config,
)
from experiments.configuration.build import experiment_of
from experiments.errors import ConfigError
from experiments.recording import RecordedConfig
from nn import Cosine


def test_the_experiment_has_the_values_of_the_configuration() -> None:
    config = compose(["epochs=7", "schedule=cosine", "dtype=float64", "l2=0.1", "seed=3"])
    experiment = build(config)
    assert experiment.schedule == Cosine(epochs=7)
    assert (experiment.epochs, experiment.batch_size) == (7, 10)
    assert (experiment.dtype, experiment.l2, experiment.seed) == ("float64", 0.1, 3)
    assert experiment.sizes == [784, 30, 10]


def test_any_layer_sizes_that_fit_the_data_can_be_built() -> None:
    assert build(compose(["architecture.sizes=[784,100,10]"])).sizes == [784, 100, 10]


def test_the_recorded_configuration_is_resolved() -> None:
    recorded = recorded_config(compose(["epochs=7", "schedule=cosine", "dtype=float64"]))
    assert set(RecordedConfig.__struct_fields__) == {*DESCRIBED, "tracking"}
    assert recorded.dtype == "float64"
    assert recorded.schedule == {"_target_": "nn.Cosine", "epochs": 7}
    assert recorded.optimizer["learning_rate"] == 0.56
    assert recorded.tracking.experiment == "mnist"


def test_the_recorded_path_of_a_store_is_absolute(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    for given, recorded in (
        ("sqlite:///a.db", f"sqlite:///{folder}/a.db"),
        ("sqlite:////b/a.db", "sqlite:////b/a.db"),
        ("http://mlflow:5000", "http://mlflow:5000"),
    ):
        assert recorded_config(compose([f"tracking.uri={given}"])).tracking.uri == recorded


@pytest.mark.parametrize(
    "overrides",
    ["", "optimizer=adamw schedule=step loss=ce", "dataset.train_size=100 dtype=float64 l2=2"],
)
def test_an_experiment_is_rebuilt_from_its_record(overrides: str) -> None:
    config = compose(overrides.split())
    written = msgspec.json.encode(recorded_config(config))
    assert rebuild(msgspec.json.decode(written, type=RecordedConfig)) == build(config)


def test_a_record_that_is_older_than_an_option_of_the_data_is_rebuilt() -> None:
    recorded = recorded_config(compose())
    older = {key: value for key, value in recorded.dataset.items() if key != "first_label"}
    assert rebuild(msgspec.structs.replace(recorded, dataset=older)) == build(compose())


def test_a_recorded_option_that_no_longer_exists_is_named() -> None:
    recorded = recorded_config(compose())
    changed = msgspec.structs.replace(recorded, optimizer={**recorded.optimizer, "speed": 3})
    with pytest.raises(ConfigError, match=r"^optimizer\.speed: "):
        rebuild(changed)


def test_an_experiment_does_not_depend_on_the_control_options() -> None:
    config = compose(["checkpoint_every=0"])
    assert experiment_of(config) == build(compose())
    with pytest.raises(ConfigError):
        build(config)


def test_choices_are_the_chosen_files_of_all_groups() -> None:
    assert choices(compose(["loss=ce"]).hydra) == {
        "dataset": "mnist",
        "architecture": "784-30-10",
        "activation": "sigmoid",
        "initializer": "lecun_normal",
        "loss": "ce",
        "optimizer": "sgd",
        "schedule": "constant",
        "tracking": "mlflow",
    }


def test_the_default_experiment_is_nielsens() -> None:
    experiment = build(compose())
    assert (experiment.epochs, experiment.batch_size, experiment.l2) == (30, 10, 0.0)
    assert math.isclose(experiment.schedule.factor(1, []), 1)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("epochs=0", "epochs 0"),
        ("l2=nan", "l2 nan"),
        ("seed=-1", "seed -1"),
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
        ("record_weights=[-1]", "record_weights -1"),
        ("record_weights=[0,1,-3]", "record_weights -3"),
        ("record_weights=[[1]]", "record_weights [1]"),
        ("record_weights=['???']", "record_weights no value"),
        ("record_weights=['${l2}']", "record_weights 0.0"),
        ("optimizer.learning_rate=-1", "optimizer.learning_rate -1"),
        ("optimizer.learning_rate=0", "optimizer.learning_rate 0"),
        ("optimizer.learning_rate=nan", "optimizer.learning_rate nan"),
        ("optimizer.learning_rate=inf", "optimizer.learning_rate inf"),
        ("optimizer.learning_rate=abc", "optimizer.learning_rate abc"),
        ("optimizer=adam optimizer.beta1=1", "optimizer.beta1 1"),
        ("optimizer=adam optimizer.epsilon=0", "optimizer.epsilon 0"),
        ("optimizer=adamw optimizer.weight_decay=-1", "optimizer.weight_decay -1"),
        ("optimizer=momentum optimizer.momentum=1.5", "optimizer.momentum 1.5"),
        ("optimizer=rmsprop optimizer.decay_rate=-0.1", "optimizer.decay_rate -0.1"),
        ("learning_rates.sigmoid.mse.sgd=-3", "optimizer.learning_rate -3"),
        ("learning_rates.sigmoid.mse.sgd=fast", "optimizer.learning_rate fast"),
        ("architecture.sizes=[]", "architecture.sizes []"),
        ("architecture.sizes=[784]", "architecture.sizes [784]"),
        ("architecture.sizes=[784,0,10]", "architecture.sizes 0"),
        ("architecture.sizes=[784,-5,10]", "architecture.sizes -5"),
        ("architecture.sizes=[783,10]", "architecture.sizes 783 784"),
        ("architecture.sizes=[784,30,9]", "architecture.sizes 9 10"),
        ("activation=leaky_relu activation.slope=1", "activation.slope 1"),
        ("activation=leaky_relu activation.slope=0", "activation.slope 0"),
        ("activation=leaky_relu activation.slope=steep", "activation.slope steep"),
        ("activation._target_=nn.QuadraticCost", "activation._target_ nn.QuadraticCost"),
        ("activation._target_=nn.Softsign", "activation._target_ there is no class nn.Softsign"),
        ("activation._target_=no.such.Class", "activation._target_ there is no class no.such"),
        ("activation._target_=nn.check_sizes", "activation._target_ there is no class nn.check"),
        ("activation._target_=a..b", "activation._target_ there is no class a..b"),
        ("initializer.bias_std=-1", "initializer.bias_std -1"),
        ("loss.output=foo", "loss.output foo sigmoid softmax"),
        ("schedule=step schedule.every=0", "schedule.every 0"),
        ("schedule=step schedule.every=1.5", "schedule.every 1.5"),
        ("schedule=step schedule.gamma=0", "schedule.gamma 0"),
        ("schedule=exponential schedule.gamma=1.1", "schedule.gamma 1.1"),
        ("schedule=cosine schedule.epochs=0", "schedule.epochs 0"),
        ("schedule=halve_on_plateau schedule.patience=0", "schedule.patience 0"),
        ("dataset.train_size=0", "dataset.train_size 0"),
        ("dataset.train_size=-5", "dataset.train_size -5"),
        ("dataset.train_size=many", "dataset.train_size many"),
        ("dataset.validation_size=0", "dataset.validation_size 0"),
        ("dataset.validation_size=1.5", "dataset.validation_size 1.5"),
        ("dataset.split_seed=-1", "dataset.split_seed -1"),
        ("dataset.first_label=-1", "dataset.first_label -1"),
        ("dataset.first_label=256", "dataset.first_label 256"),
        ("dataset.first_label=A", "dataset.first_label A"),
        ("dataset.root=''", "dataset.root empty"),
        ("dataset.subset=some", "dataset.subset some stratified leading"),
        ("dataset=folder", "dataset.root"),
        ("dataset.mirrors=x", "dataset.mirrors list, written [A,B]"),
        ("+epochz=3", "epochz"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(overrides: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(composed_config(overrides.split()))
    message = str(caught.value)
    assert "\n" not in message
    for part in expected.split():
        assert part in message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "mine.Mine cannot be imported: division by zero"),
        ("import no_such_module", "mine.Mine cannot be imported: No module named 'no_such_module'"),
        ("class Mine(:", "mine.py, line 1: invalid syntax"),
    ],
)
def test_a_module_of_the_users_with_a_mistake_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, message: str
) -> None:
    (tmp_path / "mine.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError) as caught:
        build(compose(["activation._target_=mine.Mine"]))
    assert str(caught.value).startswith("activation._target_: ")
    assert str(caught.value).endswith(message)


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
