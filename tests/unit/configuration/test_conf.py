"""conf/: every file composed and built, every table complete, every mistake one clear line."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from enum import Enum
from itertools import product
from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.utils import get_class, instantiate
from omegaconf import DictConfig, OmegaConf

from experiments.configuration.config import CONF, PROJECT, Schema, build, choices, one_line, plain
from experiments.errors import ConfigError

BUILT = ("activation", "initializer", "loss", "optimizer", "schedule", "dataset")
PLUGINS = ("hydra/launcher", "hydra/sweeper")
GROUPS = (*BUILT, "architecture", "tracking", *PLUGINS)
CHOICES = {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in GROUPS}
ON_MNIST = [  # every data set is tried on these files, for want of its own
    f"++dataset.root={PROJECT / 'data' / 'mnist'}",
    "++dataset.sha256.train_images=ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "++dataset.sha256.train_labels=65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "++dataset.sha256.test_images=0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "++dataset.sha256.test_labels=ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
]
NOT_RECORDED = {
    *("learning_rates", "outputs", "checkpoint_every", "record_weights"),
    *("plan", "retry", "rerun"),
}
CUT_IS_COMPLETED = ["+dataset.name=cut", "+dataset.mirrors=[]"]

Composed = Callable[..., DictConfig]


# What is there


def test_every_file_belongs_to_a_group() -> None:
    found = {path.relative_to(CONF).as_posix() for path in CONF.rglob("*.yaml")}
    listed = {f"{group}/{name}.yaml" for group in GROUPS for name in CHOICES[group]}
    assert found == listed | {"config.yaml", "learning_rates.yaml"}


@pytest.mark.parametrize(
    ("group", "choice"), [(group, choice) for group in BUILT for choice in CHOICES[group]]
)
def test_every_file_is_built_as_it_says(composed: Composed, group: str, choice: str) -> None:
    overrides = ON_MNIST if group == "dataset" else []
    overrides = overrides + (CUT_IS_COMPLETED if choice == "cut" else [])
    config = composed(f"{group}={choice}", *overrides)
    built = getattr(build(config), group)
    options = OmegaConf.to_container(config[group], resolve=True)
    assert isinstance(options, dict)
    assert type(built) is get_class(options.pop("_target_"))
    for option, value in options.items():
        held = getattr(built, option)
        assert (held.name if isinstance(held, Enum) else held) == value
    assert choices(DictConfig(HydraConfig.get()))[group] == choice


@pytest.mark.parametrize("choice", CHOICES["architecture"])
def test_every_architecture_is_named_by_its_sizes(composed: Composed, choice: str) -> None:
    sizes = build(composed(f"architecture={choice}")).sizes
    assert "-".join(map(str, sizes)) == choice


@pytest.mark.parametrize("choice", CHOICES["tracking"])
def test_every_tracking_is_complete(composed: Composed, choice: str) -> None:
    tracking = plain(composed(f"tracking={choice}"))["tracking"]
    assert tracking["experiment"] == "mnist"
    assert (tracking["uri"] is None) == (choice == "none")
    assert Path(tracking["artifacts"]) == PROJECT / "outputs" / "mlartifacts"


def test_runs_go_where_mlflow_is_told_they_go(
    composed: Composed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert composed().tracking.uri == f"sqlite:///{PROJECT / 'outputs' / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    assert composed().tracking.uri == "http://mlflow:5000"
    assert composed("tracking.uri=sqlite:///a.db").tracking.uri == "sqlite:///a.db"


def test_runs_are_tracked_where_they_are_recorded(
    composed: Composed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    tracking = composed("outputs=/elsewhere").tracking
    assert (tracking.uri, tracking.artifacts) == (
        "sqlite:////elsewhere/mlflow.db",
        "/elsewhere/mlartifacts",
    )


@pytest.mark.parametrize(
    ("group", "choice"), [(group, choice) for group in PLUGINS for choice in CHOICES[group]]
)
def test_every_plugin_is_built(composed: Composed, group: str, choice: str) -> None:
    composed(f"{group}={choice}")
    plugin = HydraConfig.get()[group.removeprefix("hydra/")]
    assert type(instantiate(plugin)) is get_class(plugin._target_)


def test_every_arm_has_a_learning_rate(composed: Composed) -> None:
    rates = composed().learning_rates
    arms = list(product(CHOICES["activation"], CHOICES["loss"], CHOICES["optimizer"]))
    table = {
        (a, loss, o): rates[a][loss][o] for a in rates for loss in rates[a] for o in rates[a][loss]
    }
    assert sorted(table) == sorted(arms)
    assert all(0 < rate < math.inf for rate in table.values())


@pytest.mark.parametrize("optimizer", CHOICES["optimizer"])
def test_every_optimizer_takes_the_learning_rate_of_its_arm(
    composed: Composed, optimizer: str
) -> None:
    arm = ("activation=relu", "loss=ce", f"optimizer={optimizer}")
    rate = composed(*arm, f"learning_rates.relu.ce.{optimizer}=0.123").optimizer.learning_rate
    assert rate == 0.123


def test_what_a_run_is_made_of(composed: Composed) -> None:
    config = composed("epochs=7", "schedule=cosine", "dtype=float64", "l2=0.1", "seed=3")
    experiment = build(config)
    assert experiment.schedule.factor(7, []) == pytest.approx((1 + math.cos(math.pi * 6 / 7)) / 2)
    assert (experiment.epochs, experiment.batch_size) == (7, 10)
    assert (experiment.dtype, experiment.l2, experiment.seed) == ("float64", 0.1, 3)
    recorded = plain(config)
    assert set(recorded) == set(Schema.__annotations__) - NOT_RECORDED
    assert recorded["dtype"] == "float64"
    assert recorded["schedule"] == {"_target_": "nn.schedules.Cosine", "epochs": 7}


def test_any_architecture_from_the_command_line(composed: Composed) -> None:
    assert build(composed("architecture.sizes=[784,100,10]")).sizes == [784, 100, 10]


# Mistakes


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("epochs=0", "epochs 0"),
        ("epochs=-3", "epochs -3"),
        ("batch_size=0", "batch_size 0"),
        ("l2=-1", "l2 -1"),
        ("l2=nan", "l2 nan"),
        ("l2=inf", "l2 inf"),
        ("seed=-1", "seed -1"),
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
        ("dataset.subset=some", "dataset.subset some stratified leading"),
        ("dataset=folder", "dataset.root"),
        ("+epochz=3", "epochz"),
    ],
)
def test_an_unfit_value_is_named(composed: Composed, overrides: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(composed(*overrides.split()))
    message = str(caught.value)
    assert "\n" not in message
    for part in expected.split():
        assert part in message


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("epochz=3", "epochz did you mean epochs?"),
        ("epochs=abc", "epochs abc"),
        ("epochs=1.5", "epochs 1.5"),
        ("batch_size=ten", "batch_size ten"),
        ("seed=1.5", "seed 1.5"),
        ("l2=small", "l2 small"),
        ("dtype=float16", "dtype float16 float32 float64"),
        ("checkpoint_every=often", "checkpoint_every often"),
        ("record_weights=3", "record_weights"),
        ("record_weights=null", "record_weights"),
        ("record_weights=all", "record_weights"),
        ("record_weights=[first]", "record_weights first"),
        ("record_weights=[1.5]", "record_weights 1.5"),
        ("record_weights=[null]", "record_weights"),
        ("rerun=maybe", "rerun maybe"),
        ("architecture.sizes=784", "architecture.sizes"),
        ("architecture.sizes=[784,a,10]", "architecture.sizes 'a'"),
        ("optimizer=adamm", "optimizer/adamm adam adamw sgd"),
        ("architecture=784-31-10", "architecture/784-31-10 784-30-10"),
        ("optimizer.beta1=0.5", "optimizer.beta1 there are learning_rate"),
        ("activation.slope=0.1", "activation.slope"),
        ("schedule.patience=3", "schedule.patience"),
        ("tracking.url=x", "tracking.url did you mean uri?"),
        ("no_equals_sign", "no_equals_sign"),
    ],
)
def test_what_hydra_refuses_is_one_line(composed: Composed, override: str, expected: str) -> None:
    with pytest.raises(HydraException) as caught:
        composed(override)
    message = one_line(caught.value)
    assert "\n" not in message
    for part in expected.split():
        assert part in message


# The command


def run_py(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROJECT / "run.py"), *arguments, "tracking=none"]
    environment = {key: os.environ[key] for key in os.environ if key != "HYDRA_FULL_ERROR"}
    return subprocess.run(
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def check_one_line(process: subprocess.CompletedProcess[str], *expected: str) -> None:
    assert process.returncode == 1
    assert process.stdout == ""
    assert process.stderr.startswith("error: ")
    assert process.stderr.count("\n") == 1
    for part in expected:
        assert part in process.stderr


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("epochz=3", "epochz"),
        ("epochs=abc", "epochs"),
        ("optimizer=adamm", "optimizer/adamm"),
        ("optimizer.beta1=0.5", "optimizer.beta1"),
        ("optimizer.learning_rate=-1", "optimizer.learning_rate"),
        ("activation._target_=nn.activations.Softsign", "nn.activations.Softsign"),
        ("dataset.root=nowhere", "nowhere/train-images-idx3-ubyte"),
        ("dataset.train_size=60000", "dataset.train_size=60000"),
    ],
)
def test_a_mistake_is_one_line_on_stderr(tmp_path: Path, override: str, expected: str) -> None:
    outputs = tmp_path / "outputs"
    process = run_py(tmp_path, override, f"outputs={outputs}")
    check_one_line(process, expected)
    assert [path for path in outputs.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("choice", "bad"),
    [
        ("optimizer.learning_rate=0.1,-1", "optimizer.learning_rate=-1"),
        ("dataset.train_size=100,60000", "dataset.train_size=60000"),
    ],
)
def test_a_sweep_with_one_mistake_does_not_begin(tmp_path: Path, choice: str, bad: str) -> None:
    outputs = tmp_path / "outputs"
    process = run_py(tmp_path, "-m", choice, "epochs=1", f"outputs={outputs}")
    check_one_line(process, bad)
    assert [path for path in outputs.rglob("*") if path.is_file()] == []
