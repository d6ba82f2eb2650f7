"""The digest of the code of a run, when copies of the code are edited.

It changes with the code that the run uses, wherever that stands, and with nothing else.
"""

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import idx_files
import pytest
from harness import PROJECT, Program

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
import hydra.utils, msgspec, numpy, omegaconf  # slow to import, so before the copies

data, *copies = sys.argv[1:]
for copy in copies:
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == 0
        continue
    sys.path.insert(0, copy)
    import mine, nn
    from experiments.configuration import Experiment
    from experiments.data import IDXDataset, Subset
    from experiments.running.identity import origin

    assert nn.__file__.startswith(copy)
    files = "", data, [], {}, {}, {}, [], 0, False, False
    dataset = IDXDataset(*files, 3, Subset.stratified, 2, True, 0)

    def code(activation, initializer, loss, optimizer, schedule):
        parts = activation, initializer, loss, optimizer, schedule
        return origin(Experiment(dataset, [4, 5, 2], *parts, 3, 2, 0.0, 0, "float32")).code

    costs = nn.QuadraticCost("sigmoid"), nn.CrossEntropyCost("softmax")
    usual = nn.LeCunNormal(1.0), costs[0], nn.Momentum(0.1, 0.9), nn.Constant()
    other = nn.HeNormal(0.0), costs[1], nn.Adam(1, 0, 0, 1), nn.HalveOnPlateau(2)
    print(code(nn.Sigmoid(), *usual), code(mine.Doubling(), *usual), code(nn.ReLU(), *other))
    sys.stdout.flush()
    os._exit(0)
"""
"""Prints, for each copy of the code, the digests of the code of three runs: A, B and C.

A has the sigmoid and B the user's activation, with the same other classes; C has others throughout.
"""


@dataclass(frozen=True)
class Edit:
    """A change of the code, and the runs whose digests have to change."""

    runs: str
    replacements: Sequence[tuple[str, str, str]] = ()  # file, text before, text after
    moves: Sequence[tuple[str, str]] = ()  # module before and after, in all imports, too

    def apply(self, folder: Path) -> None:
        """Edit the copy of the code in a folder."""
        for old, new in self.moves:
            path = folder / f"{old.replace('.', '/')}.py"
            path.rename(folder / f"{new.replace('.', '/')}.py")
            for each in folder.rglob("*.py"):
                text = each.read_text(encoding="utf-8")
                if old in text:
                    each.write_text(text.replace(old, new), encoding="utf-8")
        for file, before, after in self.replacements:
            path = folder / file
            text = path.read_text(encoding="utf-8") if before else ""
            assert before in text, f"{file} has changed: {before}"
            path.write_text(text.replace(before, after) if before else after, encoding="utf-8")


def edit(runs: str, file: str, before: str, after: str) -> Edit:
    """Return the edit of one text."""
    return Edit(runs, [(file, before, after)])


ROOMS = ("configuration", "data", "examples", "recording", "training")
"""The rooms that an identity needs besides its own."""
ACTIVATIONS = "nn/activations.py"
LOSSES = "nn/losses.py"
NETWORK = "nn/network.py"
OPTIMIZERS = "nn/optimizers.py"
EVALUATION = "experiments/training/evaluation.py"
TRAIN = "experiments/training/train.py"
DESCENT = "experiments/training/descent.py"
GRADIENT_CHECK = "experiments/training/gradient_check.py"
CUT = "experiments/data/cut.py"
IDX = "experiments/data/idx.py"
TANH = "@dataclass(frozen=True)\nclass Tanh"
SINE = "class Sine(Activation):\n    def apply(self, z):\n        np.sin(z, z)\n\n\n"
ADAMW = "@dataclass(frozen=True)\nclass AdamW"
SIGN = (
    "def sign_step(gradient: Array) -> Array:\n    return np.sign(gradient)\n\n\n"
    "class SignSGD(SGD):\n    def update(self, parameters, gradient, state, rate):\n"
    "        parameters -= rate * sign_step(gradient)\n\n\n"
)
INITIALIZERS = "nn/initializers.py"
EDITS: dict[str, Edit] = {
    # tidying up
    "comments and layout": Edit(
        "",
        [
            (DESCENT, "NORM_EVERY = 16\n", "NORM_EVERY = 16  # new\n"),
            (DESCENT, "The gradient norm is", "It is"),
            (ACTIVATIONS, '"""``f(z) = 1 / (1', '"""Changed.'),
            (ACTIVATIONS, "np.tanh(z, z)", "np.tanh(\n            z, z\n        )"),
            (LOSSES, "one_plus_e = 1 + e", "one_plus_e = (1 + e)"),
        ],
    ),
    "annotations": Edit(
        "",
        [
            (EVALUATION, "def norm(vector: Array)", 'def norm(vector: "np.ndarray")'),
            ("experiments/examples/splits.py", "    images: Array", '    images: "np.ndarray"'),
        ],
    ),
    "messages of errors": Edit(
        "",
        [
            (NETWORK, "must be float32 or float64", "is float32 or float64"),
            (IDX, "truncated: ", "too short: "),
            ("experiments/data/contents.py", "it is gzipped; rename it", "gzipped"),
            (TRAIN, "cost or norms became", "something became"),
        ],
    ),
    "moved module of the network": Edit("", moves=[("nn.optimizers", "nn.rules")]),
    "moved modules": Edit(
        "",
        moves=[
            ("experiments.training.diagnostics", "experiments.training.insight"),
            ("experiments.examples.minibatches", "nn.minibatches"),
        ],
    ),
    "renamed private names": Edit(
        "",
        [
            (CUT, "_subset(", "_largest_remainders("),
            (NETWORK, "_Buffers", "_Workspace"),
            (NETWORK, "_views", "_cut_out"),
            (NETWORK, "_transposed", "_turned"),
        ],
    ),
    "renamed constant, public function and local variable": Edit(
        "",
        [
            (NETWORK, "PREDICTION_BATCH", "ROWS_AT_ONCE"),
            (EVALUATION, "norm(", "l2_norm("),
            (TRAIN, "norm(", "l2_norm("),
            (TRAIN, ", norm", ", l2_norm"),
            (DESCENT, "norm(", "l2_norm("),
            (DESCENT, "import norm", "import l2_norm"),
            (GRADIENT_CHECK, "norm(", "l2_norm("),
            (GRADIENT_CHECK, ", norm", ", l2_norm"),
            (LOSSES, "one_plus_e", "denominator"),
        ],
    ),
    "new function, activation, optimizer and module": Edit(
        "",
        [
            (
                OPTIMIZERS,
                "def check_decay",
                "def zero() -> int:\n    return 0\n\n\ndef check_decay",
            ),
            (ACTIVATIONS, TANH, SINE + TANH),
            (OPTIMIZERS, ADAMW, SIGN + ADAMW),
            ("experiments/another.py", "", "x = 1\n"),
        ],
    ),
    "imports for types only": Edit(
        "",
        [
            (
                TRAIN,
                "import copy\n",
                "from __future__ import annotations\n\nimport copy\n"
                "from typing import TYPE_CHECKING\n",
            ),
            (
                TRAIN,
                "from nn import Network, Optimizer, Schedule\n",
                "if TYPE_CHECKING:\n    from nn import Network, Optimizer, Schedule\n",
            ),
        ],
    ),
    "imports of names instead of modules": Edit(
        "",
        [(INITIALIZERS, "import math", "from math import inf, sqrt"), (INITIALIZERS, "math.", "")],
    ),
    "code that no run uses": Edit(
        "",
        [
            (ACTIVATIONS, "np.subtract(1, scratch, scratch)", "np.add(1, a, a)"),
            (OPTIMIZERS, "np.multiply(gradient, rate, gradient)", "pass"),
            ("experiments/recording/layout.py", '"network.npz"', '"net.npz"'),
        ],
    ),
    # changes for every run
    "constant": edit("ABC", DESCENT, "NORM_EVERY = 16\n", "NORM_EVERY = 17\n"),
    "loop": edit("ABC", DESCENT, "progress.batches += 1", "progress.batches += 2"),
    "scaling of the images": edit("ABC", CUT, "pixels /= 255", "pixels /= 256"),
    "stratified subset": edit("ABC", CUT, 'kind="stable"', 'kind="heapsort"'),
    "order of examples": edit(
        "ABC", "experiments/examples/minibatches.py", "rng.permutation", "rng.choice"
    ),
    "IDX format": edit("ABC", IDX, "reshape(shape)", 'reshape(shape, order="F")'),
    "diagnostics": edit(
        "ABC", "experiments/training/diagnostics.py", "SATURATED = 0.05", "SATURATED = 0.06"
    ),
    "evaluation": edit("ABC", EVALUATION, "argmax(axis=1) ==", "argmin(axis=1) =="),
    "confusion matrix": edit("ABC", EVALUATION, "minlength=k * k", "minlength=k"),
    "constant guess": edit("ABC", EVALUATION, "bincount(train.labels)", "bincount(test.labels)"),
    "best epoch": edit("ABC", "experiments/training/progress.py", "index(max(", "index(min("),
    "random streams": edit("ABC", "experiments/training/progress.py", ".spawn(2)", ".spawn(3)"),
    "constant of the network": edit("ABC", NETWORK, "BATCH = 500", "BATCH = 400"),
    "default of a parameter": edit("ABC", NETWORK, "= np.float32,", "= np.float64,"),
    "alignment of arrays": edit("ABC", "nn/arrays.py", "CACHE_LINE = 64", "CACHE_LINE = 32"),
    "base class of optimizers": edit("ABC", OPTIMIZERS, "state.steps += 1", "state.steps += 2"),
    "flushing of moments": edit("ABC", OPTIMIZERS, "FLUSH_BITS = 20", "FLUSH_BITS = 21"),
    "default of a field": edit("ABC", OPTIMIZERS, "steps: int = 0", "steps: int = 1"),
    "type of an exception": edit("ABC", NETWORK, "raise ValueError", "raise TypeError"),
    "decorator": edit(
        "ABC", OPTIMIZERS, "@dataclass\nclass State", "@dataclass(eq=False)\nclass State"
    ),
    # changes for the runs that use it
    "formula of the sigmoid": edit("A", ACTIVATIONS, "np.add(z, 0.5, z)", "np.add(z, 0.6, z)"),
    "activation of the user's": edit("B", "mine.py", "z *= 2", "z *= 3"),
    "formula of the rectifier": edit("C", ACTIVATIONS, "np.sign(a, scratch)", "np.abs(a, scratch)"),
    "momentum": edit("AB", OPTIMIZERS, "np.multiply(velocity, rate,", "np.divide(velocity, rate,"),
    "Adam": edit("C", OPTIMIZERS, "1 - self.beta2**", "2 - self.beta2**"),
    "quadratic cost": edit("AB", LOSSES, "return 0.5 * float", "return 0.25 * float"),
    "cross-entropy": edit("C", LOSSES, "np.log1p", "np.log"),
    "function of both costs": edit("ABC", LOSSES, "one_plus_e = 1 + e", "one_plus_e = 2 + e"),
    "initializer": edit("AB", INITIALIZERS, "math.sqrt(1 / n_in)", "math.sqrt(3 / n_in)"),
    "schedule": edit("AB", "nn/schedules.py", "return 1.0", "return 0.5"),
    "schedule with a state": edit("C", "nn/schedules.py", "0.5 ** plateaus", "0.4 ** plateaus"),
}


def copy_code(folder: Path) -> None:
    """Copy the packages that an identity needs, compiled modules included, which is fast."""
    source = PROJECT / "src"
    for package in ("nn", *(f"experiments/{name}" for name in ROOMS)):
        shutil.copytree(source / package, folder / package)
    for path in (source / "experiments").glob("*.py"):
        shutil.copy2(path, folder / "experiments")
    (folder / "experiments" / "running").mkdir()
    (
        folder / "experiments" / "running" / "__init__.py"
    ).touch()  # the room has more, slow to import
    for name in ("backends", "curve", "identity", "source", "syntax"):
        shutil.copy2(
            source / "experiments" / "running" / f"{name}.py", folder / "experiments/running"
        )
    (folder / "mine.py").write_text(OWN, encoding="utf-8")


@pytest.fixture(scope="module")
def digests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The digests of the three runs by the name of the edit, and without an edit."""
    base = tmp_path_factory.mktemp("copies")
    copies = [base / name for name in ("none", *EDITS)]
    for copy in copies:
        copy_code(copy)
    for name, change in EDITS.items():
        change.apply(base / name)
    idx_files.write_small(base / "data")
    with Program([sys.executable, "-Bc", DIGESTS, base / "data", *copies], base / "log") as program:
        assert program.wait() == 0, program.output
        lines = program.output.splitlines()
    return {name: line.split() for name, line in zip(("none", *EDITS), lines, strict=True)}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_changes_the_digests_of_the_runs_that_use_it(
    digests: dict[str, list[str]], name: str
) -> None:
    pairs = zip("ABC", digests["none"], digests[name], strict=True)
    assert "".join(run for run, before, after in pairs if before != after) == EDITS[name].runs
