"""Exported results: Parquet files that are read back unchanged, and the networks of runs."""

import math
import os
import re
from pathlib import Path

import networks
import numpy as np
import pandas as pd
import pytest

import nn
from experiments import results
from experiments.errors import UserError
from experiments.recording import load_weights, save_weights, write_atomically
from experiments.results.exported import is_exported, read_exported, write_exported
from experiments.results.frames import Loaded
from experiments.results.journals import load_journals


@pytest.fixture(scope="module")
def loaded(outputs: Path) -> Loaded:
    return load_journals(outputs, None)


def test_exported_results_are_read_back_unchanged(loaded: Loaded, tmp_path: Path) -> None:
    write_exported(tmp_path, loaded, {})
    found = read_exported(tmp_path)
    pd.testing.assert_frame_equal(found.epochs, loaded.epochs, check_exact=True)
    expected = loaded.runs.assign(outputs=math.nan)
    pd.testing.assert_frame_equal(found.runs, expected, check_exact=True)


def test_results_of_an_older_version_have_the_same_columns(loaded: Loaded, tmp_path: Path) -> None:
    """No run of an export may have them either: then Parquet has no type for the column."""
    new = ["test/correct", "best_epoch/test/correct", "best_epoch/epoch"]
    write_exported(tmp_path, Loaded(loaded.runs.drop(columns=new), loaded.epochs), {})
    found = read_exported(tmp_path).runs
    assert list(found) == list(loaded.runs)
    assert found["best_epoch/epoch"].isna().all()
    assert {*found["test/correct"]} == {*found["best_epoch/test/correct"]} == {None}
    write_exported(tmp_path, Loaded(found, loaded.epochs), {})
    pd.testing.assert_frame_equal(read_exported(tmp_path).runs, found)


def test_paths_of_this_machine_are_left_out(loaded: Loaded, tmp_path: Path) -> None:
    runs = loaded.runs.assign(**{"dataset.root": "/home/me/images"})
    write_exported(tmp_path, Loaded(runs, loaded.epochs), {})
    found = read_exported(tmp_path).runs
    assert "dataset.root" not in found
    assert found["outputs"].isna().all()
    assert b"/home/me" not in (tmp_path / "runs.parquet").read_bytes()


def test_the_committed_results_have_the_columns_of_an_export(loaded: Loaded) -> None:
    committed = read_exported(Path(__file__).parents[3] / "notebooks" / "sgd_vs_adam").runs
    of_every_run = [column for column in loaded.runs if loaded.runs[column].notna().all()]
    assert set(of_every_run) - {"outputs"} <= set(committed)
    metrics = {"best_epoch/validation/accuracy", "best_epoch/test/accuracy", "best_epoch/epoch"}
    assert metrics <= set(committed)
    assert committed["run_seconds"].notna().all()


def test_the_network_and_the_weights_of_a_run_are_copied(loaded: Loaded, tmp_path: Path) -> None:
    source, folder = tmp_path / "run", tmp_path / "exported"
    source.mkdir()
    write_atomically(source / "network.npz", nn.save(networks.network([2, 2])))
    write_exported(folder, loaded, {"a": source})
    copied = folder / "runs" / "a"
    assert (copied / "network.npz").read_bytes() == (source / "network.npz").read_bytes()
    assert load_weights(copied) == {}
    save_weights(source, 3, np.eye(2))
    write_exported(folder, loaded, {"a": source})
    (epoch,) = load_weights(copied)
    assert epoch == 3


def test_a_folder_is_recognised_by_its_files(loaded: Loaded, tmp_path: Path) -> None:
    assert not is_exported(tmp_path)
    write_exported(tmp_path, loaded, {})
    assert is_exported(tmp_path)


@pytest.mark.parametrize("contents", [None, b"", b"not Parquet"])
def test_files_that_cannot_be_read_are_an_error(
    loaded: Loaded, tmp_path: Path, contents: bytes | None
) -> None:
    write_exported(tmp_path, loaded, {})
    (tmp_path / "epochs.parquet").unlink()
    if contents is not None:
        (tmp_path / "epochs.parquet").write_bytes(contents)
    with pytest.raises(UserError, match=re.escape(str(tmp_path))) as raised:
        results.runs(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_file_in_the_path_of_the_folder_is_named(loaded: Loaded, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name, message in (
        ("file", "this is a file"),
        ("file/x", f"{tmp_path}/file is a file"),
        ("file/x/y", f"{tmp_path}/file is a file"),
        ("link", "this link leads nowhere"),
    ):
        with pytest.raises(UserError, match=f"^{tmp_path}/{name}: {message}; name an empty or a"):
            write_exported(tmp_path / name, loaded, {})


def test_a_fifo_is_no_exported_file(loaded: Loaded, tmp_path: Path) -> None:
    write_exported(tmp_path, loaded, {})
    (tmp_path / "epochs.parquet").unlink()
    os.mkfifo(tmp_path / "epochs.parquet")
    with pytest.raises(UserError, match=r"epochs.parquet: is no file"):
        results.runs(tmp_path)


def test_other_files_among_the_weights_are_not_copied(loaded: Loaded, tmp_path: Path) -> None:
    source, folder = tmp_path / "run", tmp_path / "exported"
    source.mkdir()
    write_atomically(source / "network.npz", nn.save(networks.network([2, 2])))
    save_weights(source, 3, np.eye(2))
    (source / "weights" / "notes.npy").touch()
    write_exported(folder, loaded, {"a": source})
    assert [each.name for each in (folder / "runs" / "a" / "weights").iterdir()] == ["0003.npy"]


@pytest.mark.parametrize("name", ["notes.txt", "runs"])
def test_a_folder_with_other_files_is_not_written_to(
    loaded: Loaded, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).touch()
    with pytest.raises(UserError, match=rf"holds other files, such as {name}; name an empty"):
        write_exported(tmp_path, loaded, {})
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_not_replaced_by_a_folder(loaded: Loaded, tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("text", encoding="utf-8")
    with pytest.raises(UserError, match=r"/README\.md: this is a file; name an empty or a new"):
        write_exported(file, loaded, {})
    assert file.read_text(encoding="utf-8") == "text"


def test_exported_results_are_replaced(loaded: Loaded, tmp_path: Path) -> None:
    write_exported(tmp_path, Loaded(loaded.runs[:1], loaded.epochs), {})
    write_exported(tmp_path, loaded, {})
    assert len(read_exported(tmp_path).runs) == len(loaded.runs)
