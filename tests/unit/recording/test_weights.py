"""The files of first-layer weights."""

from pathlib import Path

import numpy as np
import pytest

from experiments.errors import DataError
from experiments.recording import load_weights, save_weights, weight_files


def test_weights_are_loaded_to_the_bit_in_the_order_of_epochs(tmp_path: Path) -> None:
    weights = {epoch: np.full((2, 3), epoch, np.float32) for epoch in (9999, 10_000, 0, 12, 7)}
    for epoch, each in weights.items():
        save_weights(tmp_path, epoch, each)
    (tmp_path / "weights" / "0012.npy.77.tmp").write_bytes(b"torn")
    loaded = load_weights(tmp_path)
    assert list(loaded) == [0, 7, 12, 9999, 10_000]
    for epoch, each in loaded.items():
        assert each.dtype == np.float32
        assert np.array_equal(each, weights[epoch])


def test_files_are_named_by_epoch(tmp_path: Path) -> None:
    save_weights(tmp_path, 12, np.zeros((2, 3)))
    assert [path.name for path in weight_files(tmp_path)] == ["0012.npy"]


def test_a_run_without_weights_has_none(tmp_path: Path) -> None:
    assert load_weights(tmp_path) == {}


@pytest.mark.parametrize("contents", [b"", b"junk", b"\x93NUMPY", b"PK\x03\x04", b"\x80\x04N."])
def test_a_damaged_file_is_named(tmp_path: Path, contents: bytes) -> None:
    save_weights(tmp_path, 12, np.zeros((2, 3)))
    (file,) = weight_files(tmp_path)
    file.write_bytes(contents)
    with pytest.raises(DataError, match=f"^{file}: is no file of weights, or damaged"):
        load_weights(tmp_path)


def test_an_archive_is_no_file_of_weights(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    with (tmp_path / "weights" / "0001.npy").open("wb") as file:
        np.savez(file, a=np.zeros(2))
    with pytest.raises(DataError, match="is no file of weights"):
        load_weights(tmp_path)


def test_other_files_are_left_out(tmp_path: Path) -> None:
    save_weights(tmp_path, 12, np.zeros((2, 3)))
    (tmp_path / "weights" / "notes.npy").touch()
    assert list(load_weights(tmp_path)) == [12]
