"""The trained networks of runs: predictions and first-layer weights."""

import re
from pathlib import Path

import idx_files
import networks
import numpy as np
import pandas as pd
import pytest
import records
from recorded_runs import FINISHED, start

import nn
from experiments import results
from experiments.errors import UserError
from experiments.recording import NETWORK, RecordedDataset, save_weights
from experiments.results.networks import _drawable, _labels

SIDE, N_CLASSES, VALIDATION = 3, 2, 10


def write_images(root: Path, *, seed: int = 0, first_label: int = 0) -> None:
    """Write small random images to a folder, with labels from ``first_label``."""
    rng = np.random.default_rng(seed)
    arrays = {}
    for split, n in (("train", 30), ("test", 4)):
        arrays[f"{split}_images"] = rng.integers(0, 256, (n, SIDE, SIDE), dtype=np.uint8)
        arrays[f"{split}_labels"] = (np.arange(n) % N_CLASSES + first_label).astype(np.uint8)
    idx_files.write(root, arrays)


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """An outputs folder with a finished run on images of the user."""
    write_images(tmp_path / "images")
    return write_run(tmp_path / "outputs", tmp_path / "images", first_label=0)


def write_run(outputs: Path, images: Path, *own: str, first_label: int) -> Path:
    """Write the record of a finished run on images of the user; return the outputs folder."""
    overrides = (
        "dataset=folder",
        f"dataset.root={images}",
        f"architecture.sizes=[{SIDE * SIDE},4,{N_CLASSES}]",
        f"dataset.validation_size={VALIDATION}",
        f"dataset.first_label={first_label}",
        *own,
    )
    sha256 = idx_files.idx_dataset(images, first_label=first_label).files().sha256
    dataset = RecordedDataset(
        name="folder", root=str(images), sha256=sha256, train=20, validation=10, test=4
    )
    folder = records.write_run(
        outputs,
        FINISHED,
        start(*overrides, dataset=dataset),
        *records.epochs(3),
        records.end(),
    )
    trained = networks.network([SIDE * SIDE, 4, N_CLASSES], dtype=np.float32)
    (folder / NETWORK).write_bytes(nn.save(trained))
    return outputs


@pytest.fixture
def run(outputs: Path) -> pd.Series:
    """The row of the run."""
    return results.runs(outputs).iloc[0]


def test_the_network_is_the_one_that_was_saved(outputs: Path, run: pd.Series) -> None:
    saved = (results.files(outputs, FINISHED) / NETWORK).read_bytes()
    assert nn.save(results.network(outputs, run)) == saved


def test_predictions_are_the_outputs_for_the_validation_set(outputs: Path, run: pd.Series) -> None:
    found = results.predictions(outputs, run)
    data = idx_files.idx_dataset(Path(run["dataset.root"]), validation_size=VALIDATION)
    split = data.load("float32").validation
    expected = results.network(outputs, run).predict(split.images)
    table = found.table
    assert len(table) == VALIDATION
    assert list(table["label"]) == list(split.labels)
    assert list(table["predicted"]) == list(expected.argmax(axis=1))
    assert list(table["output"]) == list(expected.max(axis=1))
    assert list(table["output_of_label"]) == [
        expected[i, label] for i, label in enumerate(split.labels)
    ]
    assert list(table["correct"]) == list(expected.argmax(axis=1) == split.labels)
    assert 0 < table["correct"].sum() < VALIDATION
    np.testing.assert_array_equal(found.images.reshape(VALIDATION, -1), split.images)
    assert found.images.shape == (VALIDATION, SIDE, SIDE)


def test_predictions_have_the_labels_in_the_files(
    outputs: Path, run: pd.Series, tmp_path: Path
) -> None:
    write_images(tmp_path / "letters", first_label=1)
    letters = write_run(tmp_path / "own", tmp_path / "letters", first_label=1)
    found = results.predictions(letters, results.runs(letters).iloc[0]).table
    same = results.predictions(outputs, run).table
    columns = ["label", "predicted"]
    assert set(found["label"]) == {1, 2}
    assert found[columns].equals(same[columns] + 1)
    assert found.drop(columns=columns).equals(same.drop(columns=columns))


def test_named_classes_are_categories_in_the_order_of_their_labels(
    tmp_path: Path,
) -> None:
    images = tmp_path / "images"
    write_images(images)
    data = idx_files.idx_dataset(images, validation_size=VALIDATION, classes=["zebra", "ant"])
    labels = data.load("float32").validation.labels
    found = _labels(data, labels)
    assert list(found) == [data.classes[label] for label in labels]
    assert list(found.categories) == ["zebra", "ant"]
    assert found.ordered


def test_names_that_a_command_gave_are_in_the_predictions(tmp_path: Path) -> None:
    write_images(tmp_path / "images")
    names = "dataset.classes=[zebra,ant]"
    outputs = write_run(tmp_path / "outputs", tmp_path / "images", names, first_label=0)
    found = results.predictions(outputs, results.runs(outputs).iloc[0]).table
    assert list(found["label"].cat.categories) == ["zebra", "ant"]


@pytest.mark.parametrize(("channels", "shown"), [(1, ()), (2, ()), (3, (3,)), (4, (4,))])
def test_images_in_colour_keep_their_channels(channels: int, shown: tuple[int, ...]) -> None:
    images = np.random.default_rng(0).random((5, 2, 3, channels))
    found = _drawable(images)
    assert found.shape == (5, 2, 3, *shown)
    np.testing.assert_array_equal(found, images if shown else images.mean(axis=3))


def test_moved_images_are_found_by_the_row(outputs: Path, run: pd.Series, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere, moved"
    Path(run["dataset.root"]).rename(elsewhere)
    moved = run.copy()
    moved["dataset.root"] = str(elsewhere)
    assert len(results.predictions(outputs, moved).table) == VALIDATION


def test_other_images_are_an_error(outputs: Path, run: pd.Series, tmp_path: Path) -> None:
    write_images(tmp_path / "others", seed=1)
    changed = run.copy()
    changed["dataset.root"] = str(tmp_path / "others")
    message = f"{tmp_path / 'others'}: not the data that run {FINISHED} learned from"
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        results.predictions(outputs, changed)


def test_missing_images_are_an_error(outputs: Path, run: pd.Series, tmp_path: Path) -> None:
    changed = run.copy()
    changed["dataset.root"] = str(tmp_path / "nowhere")
    with pytest.raises(UserError, match="nowhere"):
        results.predictions(outputs, changed)


def test_weights_are_the_recorded_ones_and_the_last(outputs: Path, run: pd.Series) -> None:
    recorded = np.ones((SIDE * SIDE, 4))
    save_weights(results.files(outputs, FINISHED), 1, recorded)
    found = results.first_layer(outputs, run)
    assert list(found) == [1, 3]
    np.testing.assert_array_equal(found[1], recorded)
    np.testing.assert_array_equal(found[3], results.network(outputs, run).weights[0])


def test_a_network_that_was_not_kept_is_an_error(outputs: Path, run: pd.Series) -> None:
    (results.files(outputs, FINISHED) / NETWORK).unlink()
    message = f"{outputs}: the network of run {FINISHED} has not been kept"
    for read in (results.network, results.first_layer, results.predictions):
        with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
            read(outputs, run)


@pytest.mark.parametrize("contents", [b"", b"no network", "half"])
def test_a_damaged_network_is_an_error_that_names_the_file(
    outputs: Path, run: pd.Series, contents: bytes | str
) -> None:
    path = results.files(outputs, FINISHED) / NETWORK
    whole = path.read_bytes()
    path.write_bytes(contents if isinstance(contents, bytes) else whole[: len(whole) // 2])
    with pytest.raises(UserError, match=f"^{re.escape(str(path))}: not a saved network"):
        results.network(outputs, run)


def test_rows_of_pixels_become_square_images() -> None:
    rows = np.arange(18.0).reshape(2, 9)
    images = results.square_images(rows)
    assert images.shape == (2, 3, 3)
    np.testing.assert_array_equal(images[1, 0], [9, 10, 11])
    with pytest.raises(UserError, match=r"^20 pixels do not make a square image$"):
        results.square_images(np.zeros((1, 20)))
