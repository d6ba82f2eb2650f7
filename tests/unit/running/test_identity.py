"""The identity of a run: it changes with everything that changes the numbers, and nothing else."""

import shutil
from pathlib import Path

import idx_files
import pytest
from composing import composed_config
from harness import PROJECT
from hydra.core.hydra_config import HydraConfig

from experiments.recording import Origin
from experiments.running import Job, differences, identity
from experiments.running.identity import processor

BASE = ("dataset.train_size=300", "optimizer=momentum")


def job(*overrides: str) -> Job:
    config = composed_config([*BASE, *overrides])
    return Job.of(config, HydraConfig.get())


@pytest.fixture(scope="module")
def base() -> Job:
    return job()


@pytest.mark.parametrize(
    "override",
    [
        "epochs=31",
        "seed=1",
        "batch_size=11",
        "l2=0.1",
        "dtype=float64",
        "backend=numba",
        "optimizer=nesterov",
        "optimizer.momentum=0.8",
        "optimizer.learning_rate=0.101",
        "activation=tanh",
        "initializer=he_normal",
        "initializer.bias_std=0.5",
        "schedule=exponential",
        "loss=ce",
        "loss.output=softmax",
        "architecture=784-20-10-10",
        "architecture.sizes=[784,31,10]",
        "dataset.train_size=301",
        "dataset.train_size=null",
        "dataset.subset=leading",
        "dataset.split_seed=1",
        "dataset.validation_size=9999",
        "test_curve=true",
        "dataset.transposed=true",
        "dataset.shuffle=false",
    ],
)
def test_options_that_change_the_numbers_change_the_identity(base: Job, override: str) -> None:
    other = job(override)
    assert other.identity != base.identity
    assert differences(base.origin, other.origin)


@pytest.mark.parametrize(
    "overrides",
    [
        ("l2=0",),
        ("l2=0.0",),
        ("l2=0e3", "seed=0"),
        ("optimizer.momentum=.9",),
        ("dataset.train_size=300", "batch_size=10"),
        ("architecture.sizes=[784,30,10]",),
        ("outputs=elsewhere",),
        ("tracking=none",),
        ("tracking.uri=sqlite:///other.db",),
        ("checkpoint_every=7",),
        ("plan=true",),
        ("retry=true",),
        ("rerun=true",),
        ("test_curve=false",),
        ("record_weights=[]",),
        ("stop_below=[0.5]",),
        ("record_weights=[0,3]", "checkpoint_every=2"),
        ("hydra.mode=MULTIRUN", "hydra.launcher.processes=5"),
        ("learning_rates.relu.mse.sgd=7",),
        ("dataset.name=another",),
        ("dataset.classes=[a,b,c,d,e,f,g,h,i,j]",),
        ("dataset.flatten=true",),
        ("dataset.transposed=false",),
        ("dataset.shuffle=true",),
        ("architecture.fit=true",),
        ("architecture.fit=true", "architecture.sizes=[1,30,1]"),
        ("dataset.mirrors=[http://localhost]",),
        ("dataset=folder", f"dataset.root={PROJECT}/data/mnist"),
    ],
    ids=" ".join,
)
def test_options_that_do_not_change_the_numbers_keep_the_identity(
    base: Job, overrides: tuple[str, ...]
) -> None:
    other = job(*overrides)
    assert differences(base.origin, other.origin) == []
    assert other.identity == base.identity


def test_differences_name_each_value_before_and_now(base: Job) -> None:
    other = job("seed=1", "optimizer.momentum=0.8", "dataset.train_size=null")
    assert differences(base.origin, other.origin) == [
        "dataset.train_size was 300, is null",
        "optimizer.momentum was 0.9, is 0.8",
        "seed was 0, is 1",
    ]


def test_differences_include_options_that_only_one_class_has(base: Job) -> None:
    found = differences(base.origin, job("optimizer=sgd").origin)
    assert "optimizer.class was Momentum, is SGD" in found
    assert "optimizer.momentum was 0.9, is absent" in found


def test_runs_without_a_test_curve_keep_the_identity_that_they_had_before_the_option(
    base: Job,
) -> None:
    assert "test_curve" not in base.origin.config
    found = differences(base.origin, job("test_curve=true").origin)
    assert "test_curve was absent, is True" in found


def test_classes_are_named_without_their_module(base: Job) -> None:
    config = base.origin.config
    assert config["activation"] == {"class": "Sigmoid"}
    assert config["loss"] == {"class": "QuadraticCost", "output": "sigmoid"}


def test_every_part_of_the_origin_but_the_processor_is_part_of_the_identity() -> None:
    first = Origin(config={"seed": 0}, data="a", code="b", numpy="2")
    others = [
        Origin(config={"seed": 1}, data="a", code="b", numpy="2"),
        Origin(config={"seed": 0}, data="c", code="b", numpy="2"),
        Origin(config={"seed": 0}, data="a", code="c", numpy="2"),
        Origin(config={"seed": 0}, data="a", code="b", numpy="3"),
        Origin(config={"seed": 0}, data="a", code="b", numpy="2", compiler="c"),
    ]
    assert len({identity(each) for each in (first, *others)}) == 6
    elsewhere = Origin(config={"seed": 0}, data="a", code="b", numpy="2", processor="another")
    assert identity(elsewhere) == identity(first)
    assert differences(first, elsewhere) == ["processor was , is another"]


def test_the_processor_has_the_choice_of_blas_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    haswell = processor()
    monkeypatch.setenv("OPENBLAS_CORETYPE", "SkylakeX")
    assert "blas=Haswell" in haswell.split()
    assert processor() != haswell


def test_an_identity_is_a_folder_name(base: Job) -> None:
    assert base.folder.name == base.identity
    assert len(base.identity) == 16
    assert int(base.identity, 16) >= 0


@pytest.mark.parametrize("link", [True, False], ids=["link", "copy"])
def test_the_same_images_in_another_folder_keep_the_identity(
    base: Job, tmp_path: Path, link: bool
) -> None:
    if link:
        (tmp_path / "data").symlink_to(PROJECT / "data" / "mnist")
    else:
        shutil.copytree(PROJECT / "data" / "mnist", tmp_path / "data")
    assert job(f"dataset.root={tmp_path / 'data'}").identity == base.identity


def test_the_label_of_class_0_does_not_count_because_the_data_decide_it(base: Job) -> None:
    options = base.origin.config["dataset"]
    assert set(options) == {"train_size", "subset", "validation_size", "split_seed"}


def test_other_images_change_the_identity(tmp_path: Path) -> None:
    options = ("dataset=folder", f"dataset.root={tmp_path}", "architecture.sizes=[4,5,2]")
    sizes = ("dataset.train_size=3", "dataset.validation_size=2")
    idx_files.write_small(tmp_path)
    before = job(*options, *sizes)
    other = tmp_path / "other"
    idx_files.write_small(other, last=7)
    after = job(*options, *sizes, f"dataset.root={other}")
    assert after.identity != before.identity
    (difference,) = differences(before.origin, after.origin)
    assert difference.startswith("data was ")
