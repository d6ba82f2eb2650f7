"""The networks of real runs, from journals, MLflow and exported files: predictions and weights."""

from dataclasses import dataclass
from pathlib import Path

import harness
import idx_files
import numpy as np
import pandas as pd
import pytest
from harness import NOT_TRACKED

from experiments import results
from experiments.configuration import build, compose
from experiments.errors import UserError
from experiments.recording import load_weights

VALIDATION_SIZE = 500
FEW_IMAGES = ("dataset.train_size=300", f"dataset.validation_size={VALIDATION_SIZE}")
SWEEP = (
    *("-m", "optimizer.learning_rate=3", "l2=0,300", "epochs=5", "record_weights=[0,2]"),
    *FEW_IMAGES,
)
"""With an l2 of 300 each step multiplies the weights by -2, so that run diverges."""
SIDE, N_CLASSES, OWN_VALIDATION_SIZE = 3, 2, 10
OWN_IMAGES = (
    *("dataset=folder", "dataset.train_size=20"),
    *(f"dataset.validation_size={OWN_VALIDATION_SIZE}", "record_weights=[]", NOT_TRACKED),
)


@dataclass(frozen=True)
class Kept:
    """Two runs, one of which diverged, in each kind of source, and a run on images of the user."""

    outputs: Path
    uri: str
    exported: Path
    own: Path  # outputs of the run on images of the user

    @property
    def sources(self) -> dict[str, Path | str]:
        return {"journals": self.outputs, "MLflow": self.uri, "exported": self.exported}


def _write_images(folder: Path) -> None:
    rng = np.random.default_rng(0)
    arrays = {}
    for split, n in (("train", 30), ("test", 4)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (n, SIDE, SIDE), dtype=np.uint8)
        arrays[f"{split}_labels"] = (np.arange(n) % N_CLASSES).astype(np.uint8)
    idx_files.write(folder, arrays)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    base = tmp_path_factory.mktemp("networks")
    images, outputs, own = base / "images", base / "outputs", base / "own"
    _write_images(images)
    sizes = f"architecture.sizes=[{SIDE * SIDE},4,{N_CLASSES}]"
    harness.run_together(
        {
            outputs: (*SWEEP, *harness.store(base)),
            own: (sizes, f"dataset.root={images}", *OWN_IMAGES),
        }
    )
    identity = results.runs(outputs, status="finished")["identity"].item()
    exported = base / "exported"
    results.export(outputs, exported, networks=[identity])
    uri = harness.uri(base)
    harness.connect(uri)  # imports MLflow, and ignores the warnings of its dependencies
    return Kept(outputs, uri, exported, own)


def row(source: Path | str, status: str = "finished") -> pd.Series:
    return results.runs(source, status=status).iloc[0]


EVERY_SOURCE = pytest.mark.parametrize("source", ["journals", "MLflow", "exported"])


@EVERY_SOURCE
def test_predictions_are_those_of_the_network_on_the_validation_set(
    kept: Kept, source: str
) -> None:
    run = row(kept.sources[source])
    found = results.predictions(kept.sources[source], run)
    split = build(compose(FEW_IMAGES)).dataset.load("float32").validation
    outputs = results.network(kept.outputs, row(kept.outputs)).predict(split.images)
    assert len(found.table) == VALIDATION_SIZE
    table = found.table
    assert list(table["label"]) == list(split.labels)
    assert list(table["predicted"]) == list(outputs.argmax(axis=1))
    assert list(table["output"]) == list(outputs.max(axis=1))
    rows = range(VALIDATION_SIZE)
    assert list(table["output_of_label"]) == [outputs[i, table["label"][i]] for i in rows]
    assert table["correct"].mean() == pytest.approx(run["validation/accuracy"])
    assert 0 < table["correct"].sum() < VALIDATION_SIZE
    np.testing.assert_array_equal(found.images, split.images.reshape(-1, 28, 28))


@EVERY_SOURCE
def test_weights_of_the_first_layer_end_with_those_after_the_last_epoch(
    kept: Kept, source: str
) -> None:
    run = row(kept.sources[source])
    found = results.first_layer(kept.sources[source], run)
    recorded = load_weights(kept.outputs / "runs" / run["identity"])
    assert list(found) == [0, 2, 5]
    assert {0, 2} <= set(recorded)
    for epoch in (0, 2):
        np.testing.assert_array_equal(found[epoch], recorded[epoch])
    last = results.network(kept.outputs, run).weights[0]
    np.testing.assert_array_equal(found[5], last)
    assert not np.array_equal(found[2], found[5])


def test_a_run_without_recorded_weights_has_those_after_the_last_epoch(kept: Kept) -> None:
    run = row(kept.own)
    (epoch,) = results.first_layer(kept.own, run)
    assert epoch == run["epochs"] == run["epochs_done"]


@EVERY_SOURCE
def test_a_network_that_was_not_kept_is_an_error(kept: Kept, source: str) -> None:
    place = kept.sources[source]
    run = row(place, "diverged")
    message = f"{place}: the network of run {run['identity']} has not been kept"
    for read in (results.network, results.first_layer, results.predictions):
        with pytest.raises(UserError) as raised:
            read(place, run)
        assert str(raised.value) == message


def test_images_of_the_user_are_found_again(kept: Kept) -> None:
    run = row(kept.own)
    found = results.predictions(kept.own, run)
    assert found.images.shape == (OWN_VALIDATION_SIZE, SIDE, SIDE)
    assert found.table["correct"].mean() == pytest.approx(run["validation/accuracy"])
