"""The files of conf/: each can be composed and built, and every arm has a learning rate."""

import math
import re
import string
from enum import Enum
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from hydra.utils import get_class, instantiate
from omegaconf import OmegaConf

import nn
from experiments.configuration import CONF, PARTS, PROJECT, build, choices, compose, recorded_config
from experiments.data import FILES

BUILT = ("activation", "initializer", "loss", "optimizer", "schedule", "dataset")
PLUGINS = ("hydra/launcher", "hydra/sweeper")
GROUPS = (*BUILT, "architecture", "tracking", *PLUGINS)
CHOICES = {group: sorted(path.stem for path in (CONF / group).glob("*.yaml")) for group in GROUPS}
MNIST = {
    "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
FOLDER = PROJECT / "data" / "mnist"
ON_MNIST = [  # each data set is tested with the files of MNIST, because its own are not there
    f"++dataset.root={FOLDER}",
    *(f"++dataset.sha256.{file}={digest}" for file, digest in MNIST.items()),
    *(
        f"++dataset.gz_sha256.{file}={sha256((FOLDER / f'{name}.gz').read_bytes()).hexdigest()}"
        for file, name in FILES.items()
    ),
    *(f"dataset.file_names.{file}={name}" for file, name in FILES.items()),
    *("dataset.classes=[]", "dataset.first_label=0"),
]
WHOLE = {
    group: [name for name in CHOICES[group] if name not in PARTS.get(group, ())] for group in BUILT
}
"""The files of each group without those that are parts of others."""


def test_every_file_belongs_to_a_group() -> None:
    found = {path.relative_to(CONF).as_posix() for path in CONF.rglob("*.yaml")}
    listed = {f"{group}/{name}.yaml" for group in GROUPS for name in CHOICES[group]}
    experiments = {name for name in found if name.startswith(("study/", "replicate/"))}
    rates = {f"learning_rates/{name}.yaml" for name in CHOICES["architecture"]}
    others = {"config.yaml", "learning_rates.yaml", "hydra/help/run.yaml"}
    assert found - rates == listed | experiments | others


@pytest.mark.parametrize("number", range(max(map(len, WHOLE.values()))))
def test_every_file_builds_an_object_with_the_options_in_the_file(number: int) -> None:
    chosen = {group: WHOLE[group][number % len(WHOLE[group])] for group in BUILT}
    config = compose([f"{group}={choice}" for group, choice in chosen.items()] + ON_MNIST)
    experiment = build(config)
    for group in BUILT:
        built = getattr(experiment, group)
        options = OmegaConf.to_container(config[group], resolve=True)
        assert isinstance(options, dict)
        assert type(built) is get_class(options.pop("_target_"))
        for option, value in options.items():
            held = getattr(built, option)
            assert (held.name if isinstance(held, Enum) else held) == value
    assert {group: choices(config.hydra)[group] for group in BUILT} == chosen


def test_a_part_of_a_data_set_is_one_because_it_has_no_name() -> None:
    for path in (CONF / "dataset").glob("*.yaml"):
        assert ("name" not in OmegaConf.load(path)) == (path.stem in PARTS["dataset"])


@pytest.mark.parametrize("choice", WHOLE["dataset"])
def test_every_data_set_that_is_downloaded_has_the_hash_and_the_name_of_each_file(
    choice: str,
) -> None:
    data = compose([f"dataset={choice}"]).dataset
    assert data.file_names.keys() == FILES.keys()
    hashes = [each for each in (data.sha256, data.gz_sha256) if each]
    assert len(hashes) == (choice != "folder")
    for each in hashes:
        assert each.keys() == FILES.keys()
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in each.values())
        assert len(set(each.values())) == len(FILES)


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ("emnist_letters", string.ascii_lowercase),
        ("emnist_balanced", string.digits + string.ascii_uppercase + "abdefghnqrt"),
    ],
)
def test_the_classes_of_emnist_are_named_as_in_its_mapping(choice: str, names: str) -> None:
    assert "".join(compose([f"dataset={choice}"]).dataset.classes) == names


@pytest.mark.parametrize("group", [group for group in BUILT if group != "dataset"])
def test_classes_are_named_by_the_door_of_nn(group: str) -> None:
    for path in (CONF / group).glob("*.yaml"):
        package, _, name = OmegaConf.load(path)["_target_"].partition(".")
        assert package == "nn"
        assert name in nn.__all__


@pytest.mark.parametrize("choice", CHOICES["architecture"])
def test_every_architecture_is_named_by_its_sizes(choice: str) -> None:
    assert "-".join(map(str, build(compose([f"architecture={choice}"])).sizes)) == choice


@pytest.mark.parametrize("choice", CHOICES["tracking"])
def test_every_choice_of_tracking_is_complete(choice: str) -> None:
    tracking = recorded_config(compose([f"tracking={choice}"])).tracking
    assert tracking.experiment == "mnist"
    assert (tracking.uri is None) == (choice == "none")
    assert Path(tracking.artifacts) == PROJECT / "outputs" / "mlartifacts"


def test_the_store_is_the_one_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    assert compose().tracking.uri == f"sqlite:///{PROJECT / 'outputs' / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    assert compose().tracking.uri == "http://mlflow:5000"
    assert compose(["tracking.uri=sqlite:///a.db"]).tracking.uri == "sqlite:///a.db"


def test_the_default_store_is_in_the_folder_of_the_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    tracking = compose(["outputs=/elsewhere"]).tracking
    assert tracking.uri == "sqlite:////elsewhere/mlflow.db"
    assert tracking.artifacts == "/elsewhere/mlartifacts"


@pytest.mark.parametrize(
    ("group", "choice"), [(group, choice) for group in PLUGINS for choice in CHOICES[group]]
)
def test_every_plugin_of_hydra_is_built(group: str, choice: str) -> None:
    hydra = compose([f"{group}={choice}", "hydra.mode=MULTIRUN"]).hydra
    plugin = hydra[group.removeprefix("hydra/")]
    assert type(instantiate(plugin)) is get_class(plugin._target_)


def test_every_arm_has_a_learning_rate() -> None:
    rates = compose().learning_rates
    table = {
        (activation, loss, optimizer): rate
        for activation, by_loss in rates.items()
        for loss, by_optimizer in by_loss.items()
        for optimizer, rate in by_optimizer.items()
    }
    arms = product(CHOICES["activation"], CHOICES["loss"], CHOICES["optimizer"])
    assert sorted(table) == sorted(arms)
    assert all(0 < rate < math.inf for rate in table.values())


@pytest.mark.parametrize("optimizer", CHOICES["optimizer"])
def test_every_optimizer_uses_the_learning_rate_of_its_arm(optimizer: str) -> None:
    arm = ("activation=relu", "loss=ce", f"optimizer={optimizer}")
    config = compose([*arm, f"learning_rates.relu.ce.{optimizer}=0.123"])
    assert config.optimizer.learning_rate == 0.123
