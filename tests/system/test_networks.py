"""What a run's network predicts, from whatever kept it, is what the network itself says."""

import gzip
import shutil
import struct
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import harness
import numpy as np
import pandas as pd
import pytest
from harness import NOT_TRACKED
from omegaconf import DictConfig

from experiments.configuration.config import build
from experiments.errors import UserError
from experiments.recording import weights as snapshots
from experiments.results import networks, results

VALIDATION_SIZE = 500
CUT = ("dataset.train_size=300", f"dataset.validation_size={VALIDATION_SIZE}")
SWEEP = (
    *("-m", "optimizer.learning_rate=3", "l2=0,300", "epochs=5", "record_weights=[0,2]"),
    *CUT,
)
"""With an l2 of 300 each step multiplies the weights by -2: that run diverges."""
FOLDER = ("dataset=folder", "dataset.train_size=20", "dataset.validation_size=10", NOT_TRACKED)


@dataclass(frozen=True)
class Kept:
    """Two runs, one of which diverged, in each kind of source; the data of a run elsewhere."""

    outputs: Path
    uri: str
    exported: Path
    own: Path  # outputs of a run on images of the user's own
    images: Path

    @property
    def sources(self) -> dict[str, Path | str]:
        return {"journals": self.outputs, "MLflow": self.uri, "exported": self.exported}


def _write_images(folder: Path, side: tuple[int, int] = (3, 3), seed: int = 0) -> None:
    rng = np.random.default_rng(seed)
    folder.mkdir(exist_ok=True)
    for split, n in (("train", 30), ("t10k", 4)):
        images = rng.integers(0, 256, (n, *side), dtype=np.uint8).tobytes()
        header = struct.pack(">4B3I", 0, 0, 8, 3, n, *side)
        (folder / f"{split}-images-idx3-ubyte.gz").write_bytes(gzip.compress(header + images))
        labels = struct.pack(">4BI", 0, 0, 8, 1, n) + bytes(i % 2 for i in range(n))
        (folder / f"{split}-labels-idx1-ubyte").write_bytes(labels)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    base = tmp_path_factory.mktemp("networks")
    square, wide = base / "square", base / "wide"
    _write_images(square)
    _write_images(wide, (4, 5))
    outputs = base / "outputs"
    harness.run_together(
        {
            outputs: (*SWEEP, *harness.store(base)),
            base / "own": (
                *("architecture.sizes=[9,4,2]", f"dataset.root={square}", "record_weights=[]"),
                *FOLDER,
            ),
            base / "not_square": ("architecture.sizes=[20,4,2]", f"dataset.root={wide}", *FOLDER),
        }
    )
    identity = results.runs(outputs, status="finished")["identity"].item()
    exported = base / "exported"
    results.export(outputs, exported, networks=[identity])
    uri = harness.uri(base)
    harness.connect(uri)  # imports MLflow, letting the warnings of its dependencies pass
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*Any type hint is inferred as AnyType")  # MLflow's own
        from experiments.mirror import pyfunc_model  # noqa: F401
    return Kept(outputs, uri, exported, base / "own", square)


def row(source: Path | str, status: str = "finished") -> pd.Series:
    return results.runs(source, status=status).iloc[0]


EVERY_SOURCE = pytest.mark.parametrize("source", ["journals", "MLflow", "exported"])


@EVERY_SOURCE
def test_predictions_are_those_of_the_network_on_the_validation_set(
    kept: Kept, source: str, composed: Callable[..., DictConfig]
) -> None:
    run = row(kept.sources[source])
    found = networks.predictions(kept.sources[source], run)
    dataset = build(composed(*CUT)).dataset.load("float32")
    outputs = networks.network(kept.outputs, row(kept.outputs)).predict(dataset.validation.images)
    assert len(found.table) == VALIDATION_SIZE
    table = found.table
    assert list(table["label"]) == list(dataset.validation.labels)
    assert list(table["predicted"]) == list(outputs.argmax(axis=1))
    assert list(table["output"]) == list(outputs.max(axis=1))
    every = range(VALIDATION_SIZE)
    assert list(table["output_of_label"]) == [outputs[i, table["label"][i]] for i in every]
    assert table["correct"].mean() == pytest.approx(run["validation/accuracy"])
    assert 0 < table["correct"].sum() < VALIDATION_SIZE
    pixels = dataset.validation.images.reshape(-1, 28, 28)
    np.testing.assert_array_equal(found.images, pixels)


@EVERY_SOURCE
def test_weights_of_the_first_layer_end_with_those_after_the_last_epoch(
    kept: Kept, source: str
) -> None:
    run = row(kept.sources[source])
    found = networks.first_layer(kept.sources[source], run)
    recorded = snapshots.load(kept.outputs / "runs" / run["identity"])
    assert list(found) == [0, 2, 5]
    assert {0, 2} <= set(recorded)
    for epoch in (0, 2):
        np.testing.assert_array_equal(found[epoch], recorded[epoch])
    last = networks.network(kept.outputs, run).weights[0]
    np.testing.assert_array_equal(found[5], last)
    assert not np.array_equal(found[2], found[5])


def test_a_run_without_recorded_weights_has_those_after_the_last_epoch(kept: Kept) -> None:
    run = row(kept.own)
    (epoch,) = networks.first_layer(kept.own, run)
    assert epoch == run["epochs"] == run["epochs_done"]


@EVERY_SOURCE
def test_a_network_that_has_not_been_kept_is_said(kept: Kept, source: str) -> None:
    place = kept.sources[source]
    run = row(place, "diverged")
    said = f"{place}: the network of run {run['identity']} has not been kept"
    for look in (networks.network, networks.first_layer, networks.predictions):
        with pytest.raises(UserError) as raised:
            look(place, run)
        assert str(raised.value) == said


def test_images_of_the_users_own_are_found_again(kept: Kept) -> None:
    found = networks.predictions(kept.own, row(kept.own))
    assert found.images.shape == (10, 3, 3)
    assert found.table["correct"].mean() == pytest.approx(row(kept.own)["validation/accuracy"])


def test_other_images_than_it_learned_from_are_refused(kept: Kept, tmp_path: Path) -> None:
    elsewhere, others = tmp_path / "elsewhere", tmp_path / "others"
    shutil.copytree(kept.images, elsewhere)
    run = row(kept.own).copy()
    run["dataset.root"] = str(elsewhere)
    assert len(networks.predictions(kept.own, run).table) == 10  # the same ones
    _write_images(others, seed=1)
    run["dataset.root"] = str(others)
    with pytest.raises(UserError) as raised:
        networks.predictions(kept.own, run)
    said = f"{others}: not the data that run {run['identity']} learned from"
    assert str(raised.value) == said


def test_images_that_are_no_longer_there_are_said(kept: Kept, tmp_path: Path) -> None:
    run = row(kept.own).copy()
    run["dataset.root"] = str(tmp_path / "nowhere")
    with pytest.raises(UserError, match="nowhere"):
        networks.predictions(kept.own, run)


def test_images_that_are_not_square_are_refused(kept: Kept) -> None:
    wide = kept.own.with_name("not_square")
    with pytest.raises(UserError, match=r"^20 pixels do not make a square picture$"):
        networks.predictions(wide, row(wide))


def test_one_network_and_seed_is_looked_at_for_all_arms() -> None:
    runs = pd.DataFrame({
        "network": ["a", "a", "a", "b", "b", "b", "b"],
        "arm": ["ce", "ce", "mse", "ce", "mse", "ce", "mse"],
        "status": ["diverged", *["finished"] * 6],
        "seed": [0, 1, 2, 3, 3, 4, 4],
    })  # fmt: skip
    assert list(networks.examples(runs).index) == [3, 4]
    assert list(networks.examples(runs[:3]).index) == [1]
    assert networks.title(runs.iloc[3]) == "b ce, seed 3"
    with pytest.raises(UserError, match="no run has finished"):
        networks.examples(runs[runs["status"] != "finished"])
