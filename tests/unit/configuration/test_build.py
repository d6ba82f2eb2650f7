"""From a composed configuration to an experiment."""

import math
from pathlib import Path

import idx_files
import msgspec
import numpy as np
import pytest
from composing import check_refused

from experiments.configuration import (
    build,
    changed_experiment,
    choices,
    compose,
    rebuild,
    recorded_config,
)
from experiments.configuration.build import experiment_of
from experiments.errors import ConfigError, UserError
from experiments.recording import RecordedConfig
from nn import Cosine


def test_the_experiment_has_the_values_of_the_configuration() -> None:
    config = compose(
        ["epochs=7", "schedule=cosine", "dtype=float64", "l2=0.1", "seed=3", "backend=numba"]
    )
    experiment = build(config)
    assert experiment.schedule == Cosine(epochs=7)
    assert (experiment.epochs, experiment.batch_size) == (7, 10)
    assert (experiment.dtype, experiment.l2, experiment.seed) == ("float64", 0.1, 3)
    assert experiment.backend == "numba"
    assert experiment.sizes == [784, 30, 10]


def test_any_layer_sizes_that_fit_the_data_can_be_built() -> None:
    assert build(compose(["architecture.sizes=[784,100,10]"])).sizes == [784, 100, 10]


def test_the_ends_of_a_network_are_those_of_the_data_on_request(tmp_path: Path) -> None:
    idx_files.write_small(tmp_path)  # 2 x 2 pixels, 2 classes
    small = ("dataset=folder", f"dataset.root={tmp_path}", "dataset.validation_size=2")
    for name, middle in (("784-30-10", [30]), ("784-128-64-10", [128, 64])):
        fitted = build(compose([*small, f"architecture={name}", "architecture.fit=true"]))
        assert fitted.sizes == [4, *middle, 2]
    assert build(compose([*small, "architecture.fit=true", "architecture.sizes=[1,1]"])).sizes == [
        4,
        2,
    ]
    with pytest.raises(ConfigError) as caught:
        build(compose([*small, "architecture=784-20-10-10"]))
    message = str(caught.value)
    assert message.endswith("; architecture.fit=true makes it architecture.sizes=[4,20,10,2]")
    assert build(compose([*small, message.rpartition(" ")[2]])).sizes == [4, 20, 10, 2]


@pytest.mark.parametrize(
    ("channels", "words"),
    [((), "must have 4 neurons, one per pixel,"), ((3,), "12 neurons, one per number of a pixel,")],
)
def test_the_message_about_the_first_layer_names_what_its_neurons_are(
    tmp_path: Path, channels: tuple[int, ...], words: str
) -> None:
    contents = {}
    for split in ("train", "test"):
        contents[f"{split}_images"] = np.zeros((5, 2, 2, *channels), np.uint8)
        contents[f"{split}_labels"] = np.arange(5, dtype=np.uint8) % 2
    idx_files.write(tmp_path, contents)
    data = ("dataset=folder", f"dataset.root={tmp_path}", "dataset.validation_size=2")
    with pytest.raises(ConfigError, match=words):
        build(compose([*data, "dataset.flatten=true"]))


@pytest.mark.parametrize(
    "overrides",
    [
        "",
        "test_curve=true",
        "optimizer=adamw schedule=step loss=ce",
        "dataset.train_size=100 dtype=float64 l2=2",
    ],
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


def test_the_default_experiment_has_ten_epochs_and_nielsens_batches() -> None:
    experiment = build(compose())
    assert (experiment.epochs, experiment.batch_size, experiment.l2) == (10, 10, 0.0)
    assert math.isclose(experiment.schedule.factor(1, []), 1)


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("epochs=0", "epochs 0"),
        ("l2=nan", "l2 nan"),
        ("seed=-1", "seed -1"),
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
        ("architecture.sizes=[[784,10]]", "architecture.sizes whole number [784, 10]"),
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
        ("schedule=halve_on_plateau schedule.smallest=2", "schedule.smallest 2"),
        ("schedule=halve_on_plateau schedule.smallest=tiny", "schedule.smallest tiny"),
        ("schedule=stop_on_plateau schedule.patience=0", "schedule.patience 0"),
        ("dataset.train_size=0", "dataset.train_size 0"),
        ("dataset.train_size=-5", "dataset.train_size -5"),
        ("dataset.train_size=many", "dataset.train_size many"),
        ("dataset.validation_size=0", "dataset.validation_size 0"),
        ("dataset.validation_size=1.5", "dataset.validation_size 1.5"),
        ("dataset.split_seed=-1", "dataset.split_seed -1"),
        ("dataset.first_label=-1", "dataset.first_label -1"),
        ("dataset.first_label=256", "dataset.first_label 256"),
        ("dataset.first_label=A", "dataset.first_label A"),
        ("dataset.classes=[a,a]", "dataset.classes has the name 'a' twice"),
        ("dataset.transposed=perhaps", "dataset.transposed perhaps"),
        ("+dataset.file_names.validation=a", "dataset.file_names.validation no such file"),
        ("+dataset.gz_sha256.validation=a", "dataset.gz_sha256.validation no such file"),
        ("dataset.root=''", "dataset.root empty"),
        ("dataset.subset=some", "dataset.subset some stratified leading"),
        ("dataset=folder", "dataset.root"),
        ("dataset.mirrors=x", "dataset.mirrors list, written [A,B]"),
    ],
)
def test_a_wrong_value_is_named_in_one_line(overrides: str, expected: str) -> None:
    check_refused(overrides, expected)


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


def test_an_experiment_with_other_numbers_is_the_one_that_is_built_from_them() -> None:
    before = build(compose(["optimizer=adam"]))
    other = compose(["optimizer=adam", "epochs=3", "optimizer.beta1=0.5", "dataset.train_size=90"])
    changed = changed_experiment(before, other, {"epochs", "optimizer", "dataset"})
    assert changed == build(other)
    assert changed != before


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("epochs=0", "epochs must be at least 1, not 0"),
        ("optimizer.learning_rate=-1", "optimizer.learning_rate must be"),
        (f"seed={2**63}", "seed can be at most"),
        ("dataset.train_size=50001", "train_size"),
    ],
)
def test_another_number_is_checked(override: str, message: str) -> None:
    key = override.partition("=")[0].partition(".")[0]
    with pytest.raises(UserError) as expected:
        build(compose([override]))
    with pytest.raises(UserError) as caught:
        changed_experiment(build(compose()), compose([override]), {key})
    assert str(caught.value) == str(expected.value)
    assert message in str(caught.value)
