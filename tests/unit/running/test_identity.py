"""Identity: what can change a run's numbers makes another run of it, and nothing else does."""

import shutil
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from harness import PROJECT, Program
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig

from experiments.running.identity import differences
from experiments.running.job import Job

Compose = Callable[..., DictConfig]
BASE = ("dataset.train_size=300", "optimizer=momentum")


def _job(composed: Compose, *overrides: str) -> Job:
    return Job.of(composed(*BASE, *overrides), DictConfig(HydraConfig.get()))


@pytest.fixture(scope="module")
def base(composed: Compose) -> Job:
    return _job(composed)


@pytest.mark.parametrize(
    "override",
    [
        *("epochs=31", "seed=1", "batch_size=11", "l2=0.1", "dtype=float64"),
        *("optimizer=nesterov", "optimizer.momentum=0.8", "optimizer.learning_rate=0.101"),
        *("activation=tanh", "initializer=he_normal", "initializer.bias_std=0.5"),
        *("schedule=exponential", "loss=ce", "loss.output=softmax", "architecture=784-20-10-10"),
        *("architecture.sizes=[784,31,10]", "dataset.train_size=301", "dataset.train_size=null"),
        *("dataset.subset=leading", "dataset.split_seed=1", "dataset.validation_size=9999"),
    ],
)
def test_what_changes_the_numbers_makes_another_run(
    composed: Compose, base: Job, override: str
) -> None:
    other = _job(composed, override)
    assert other.identity != base.identity
    assert differences(base.origin, other.origin)


def test_what_differs_is_said(composed: Compose, base: Job) -> None:
    other = _job(composed, "seed=1", "optimizer.momentum=0.8", "dataset.train_size=null")
    assert differences(base.origin, other.origin) == [
        "dataset.train_size was 300, is None",
        "optimizer.momentum was 0.9, is 0.8",
        "seed was 0, is 1",
    ]


@pytest.mark.parametrize(
    "overrides",
    [
        *(("l2=0",), ("l2=0.0",), ("l2=0e3", "seed=0"), ("optimizer.momentum=.9",)),
        *(("dataset.train_size=300", "batch_size=10"), ("architecture.sizes=[784,30,10]",)),
        *(("outputs=elsewhere",), ("tracking=none",), ("tracking.uri=sqlite:///other.db",)),
        *(("checkpoint_every=7",), ("plan=true",), ("retry=true",), ("rerun=true",)),
        *(("record_weights=[]",), ("record_weights=[0,3]", "checkpoint_every=2")),
        *(("hydra.launcher.processes=5",), ("learning_rates.relu.mse.sgd=7",)),
        *(("dataset.name=another",), ("dataset.mirrors=[http://localhost]",)),
        *(("dataset=folder", f"dataset.root={PROJECT}/data/mnist"),),
    ],
    ids=" ".join,
)
def test_what_does_not_change_the_numbers_makes_the_same_run(
    composed: Compose, base: Job, overrides: tuple[str, ...]
) -> None:
    other = _job(composed, *overrides)
    assert differences(base.origin, other.origin) == []
    assert other.identity == base.identity


def test_an_identity_is_a_folder_name(base: Job) -> None:
    assert base.folder.name == base.identity
    assert len(base.identity) == 16
    assert int(base.identity, 16) >= 0


@pytest.mark.parametrize("link", [True, False], ids=["link", "copy"])
def test_the_same_images_elsewhere_make_the_same_run(
    composed: Compose, base: Job, tmp_path: Path, link: bool
) -> None:
    if link:
        (tmp_path / "data").symlink_to(PROJECT / "data" / "mnist")
    else:
        shutil.copytree(PROJECT / "data" / "mnist", tmp_path / "data")
    assert _job(composed, f"dataset.root={tmp_path / 'data'}").identity == base.identity


def test_other_images_make_another_run(composed: Compose, tmp_path: Path) -> None:
    options = ("dataset=folder", f"dataset.root={tmp_path}", "architecture.sizes=[4,5,2]")
    sizes = ("dataset.train_size=3", "dataset.validation_size=2")
    _write_data(tmp_path)
    before = _job(composed, *options, *sizes)
    other = tmp_path / "other"
    _write_data(other, last=7)
    after = _job(composed, *options, *sizes, f"dataset.root={other}")
    assert after.identity != before.identity
    (said,) = differences(before.origin, after.origin)
    assert said.startswith("data was ")


def _write_data(folder: Path, last: int = 0) -> None:
    """Write five training and two test images of 2 x 2 pixels, ``last`` being the last pixel."""
    folder.mkdir(exist_ok=True)
    for split, n in (("train", 5), ("t10k", 2)):
        pixels = bytes(range(4 * n - 1)) + bytes([last])
        images = struct.pack(">4B3I", 0, 0, 8, 3, n, 2, 2) + pixels
        labels = struct.pack(">4BI", 0, 0, 8, 1, n) + bytes(i % 2 for i in range(n))
        (folder / f"{split}-images-idx3-ubyte").write_bytes(images)
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(labels)


OWN = """
from nn import Activation

class Doubling(Activation):
    def apply(self, z):
        z *= 2

    def multiply_by_derivative(self, delta, a, scratch):
        delta *= 2
"""
"""An activation of the user's, in a module of their own."""
DIGESTS = """
import os, sys
import hydra, numpy, omegaconf  # what takes long, once

data, *copies = sys.argv[1:]
for copy in copies:
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        continue
    sys.path.insert(0, copy)
    import mine, nn
    from experiments.configuration.config import Experiment
    from experiments.data.dataset import IDXDataset, Subset
    from experiments.running.identity import origin

    assert nn.__file__.startswith(copy)
    dataset = IDXDataset("", data, [], {}, 3, Subset.stratified, 2, 0)
    codes = []
    for activation in (nn.Sigmoid(), mine.Doubling()):
        experiment = Experiment(
            dataset, [4, 5, 2], activation, nn.LeCunNormal(1.0), nn.QuadraticCost("sigmoid"),
            nn.Momentum(0.1, 0.9), nn.Constant(), 3, 2, 0.0, 0, "float32"
        )
        codes.append(origin(experiment)["code"])
    print(*codes, flush=True)
    os._exit(0)
"""
"""Prints the digests of the code of two runs, one with the own activation, for each copy."""
BOTH, OWN_ONLY, BUILT_IN_ONLY, NEITHER = (True, True), (False, True), (True, False), (False, False)
BEFORE = "@dataclass(frozen=True)\nclass Tanh"
NEW_CLASS = "class Sine(Activation):\n    def apply(self, z):\n        np.sin(z, z)\n\n\n"
EDITS: dict[str, tuple[str, str, str, tuple[bool, bool]]] = {
    "comment": ("experiments/train.py", "NORM_EVERY = 16\n", "NORM_EVERY = 16  # new\n", NEITHER),
    "docstring": ("nn/activations.py", '"""``f(z) = 1 / (1', '"""Changed.', NEITHER),
    "string after a constant": ("experiments/train.py", "16th mini-batch, where", "..", NEITHER),
    "layout": (
        "nn/activations.py",
        "np.tanh(z, z)",
        "np.tanh(\n            z, z\n        )",
        NEITHER,
    ),
    "parentheses": ("nn/optimizers.py", "FLUSH_BITS = 20", "FLUSH_BITS = (20)", NEITHER),
    "unused activation": ("nn/activations.py", "np.sign(a, scratch)", "np.abs(a, a)", NEITHER),
    "unused optimizer": (
        "nn/optimizers.py",
        "np.multiply(gradient, rate",
        "np.add(gradient, rate",
        NEITHER,
    ),
    "new activation": ("nn/activations.py", BEFORE, NEW_CLASS + BEFORE, NEITHER),
    "new module": ("experiments/another.py", "", "x = 1\n", NEITHER),
    "display": ("experiments/display.py", "ETA", "to go", NEITHER),
    "constant": ("experiments/train.py", "NORM_EVERY = 16\n", "NORM_EVERY = 17\n", BOTH),
    "loop": ("experiments/train.py", "progress.batches += 1", "progress.batches += 2", BOTH),
    "data": ("experiments/data.py", "pixels /= 255", "pixels /= 256", BOTH),
    "diagnostics": ("experiments/diagnostics.py", "SATURATED = 0.05", "SATURATED = 0.06", BOTH),
    "snapshots": ("experiments/snapshots.py", "{epoch:04}", "{epoch:05}", NEITHER),
    "network": ("nn/network.py", "PREDICTION_BATCH = 500", "PREDICTION_BATCH = 400", BOTH),
    "arrays": ("nn/arrays.py", "CACHE_LINE = 64", "CACHE_LINE = 32", BOTH),
    "optimizer": (
        "nn/optimizers.py",
        "np.add(velocity, gradient",
        "np.subtract(velocity, gradient",
        BOTH,
    ),
    "base class": ("nn/optimizers.py", "state.steps += 1", "state.steps += 2", BOTH),
    "function beside it": ("nn/optimizers.py", "FLUSH_BITS = 20", "FLUSH_BITS = 21", BOTH),
    "loss": ("nn/losses.py", "return 0.5 * float", "return 0.25 * float", BOTH),
    "initializer": ("nn/initializers.py", "math.sqrt(1 / n_in)", "math.sqrt(3 / n_in)", BOTH),
    "schedule": ("nn/schedules.py", "return 1.0", "return 0.5", BOTH),
    "built-in activation": (
        "nn/activations.py",
        "np.add(z, 0.5, z)",
        "np.add(z, 0.6, z)",
        BUILT_IN_ONLY,
    ),
    "own activation": ("mine.py", "z *= 2", "z *= 3", OWN_ONLY),
}
"""File, what is replaced in it, by what, and whether the digests of the two runs change."""


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The digests of the two runs by what was edited, and without an edit."""
    base = tmp_path_factory.mktemp("copies")
    for name in ("none", *EDITS):
        for package in ("nn", "experiments"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(PROJECT / "src" / package, base / name / package, ignore=ignored)
        (base / name / "mine.py").write_text(OWN, encoding="utf-8")
    for name, (file, old, new, _) in EDITS.items():
        path = base / name / file
        before = path.read_text(encoding="utf-8") if old else ""
        assert old in before, f"{file} has changed: {old}"
        path.write_text(before.replace(old, new, 1) if old else new, encoding="utf-8")
    _write_data(base / "data")
    copies = [base / name for name in ("none", *EDITS)]
    with Program([sys.executable, "-Bc", DIGESTS, base / "data", *copies], base / "log") as program:
        assert program.wait() == 0, program.output
        lines = program.output.splitlines()
    return {name: line.split() for name, line in zip(("none", *EDITS), lines, strict=True)}


@pytest.mark.parametrize("name", EDITS)
def test_the_code_of_a_run_counts_as_it_works(digests: dict[str, list[str]], name: str) -> None:
    changed = [a != b for a, b in zip(digests["none"], digests[name], strict=True)]
    assert tuple(changed) == EDITS[name][-1]
