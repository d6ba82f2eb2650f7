"""The data on a host: the same bits as on one machine, in files that are mapped into memory."""

import dataclasses
import shutil
from pathlib import Path

import jobs
import numpy as np
import pytest

from experiments.cluster import host_data
from experiments.cluster.host_data import (
    DOWNLOADED,
    HostDataset,
    MissingDataError,
    cache_folder,
    contents_of,
    keep,
)
from experiments.data import FILES, IDXDataset, forget_files
from experiments.examples import Dataset


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache folder of this host."""
    monkeypatch.setenv("EXPERIMENTS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def data(tmp_path: Path) -> IDXDataset:
    forget_files()
    return jobs.dataset(tmp_path / "data")


def assert_same(one: Dataset, other: Dataset) -> None:
    assert one.sha256 == other.sha256
    for split in ("train", "validation", "test"):
        for name in ("images", "labels", "targets"):
            here, there = (getattr(getattr(each, split), name) for each in (one, other))
            assert here.dtype == there.dtype
            assert np.array_equal(here, there)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_splits_are_those_of_one_machine(data: IDXDataset, dtype: str) -> None:
    expected = data.load(dtype)
    loaded = HostDataset.of(data, expected.sha256).load(dtype)
    assert_same(loaded, expected)
    assert not loaded.train.images.flags.writeable
    assert not loaded.train.images.flags.owndata


def test_each_way_to_cut_the_data_has_its_own_arrays(data: IDXDataset) -> None:
    for changes in (
        {},
        {"split_seed": 1},
        {"shuffle": False},
        {"train_size": 10},
        {"validation_size": 10},
    ):
        other = dataclasses.replace(data, **changes)
        expected = other.load("float32")
        assert_same(HostDataset.of(other, expected.sha256).load("float32"), expected)


def test_the_files_are_read_only_the_first_time(data: IDXDataset) -> None:
    expected = data.load("float32")
    on_host = HostDataset.of(data, expected.sha256)
    on_host.load("float32")
    shutil.rmtree(data.root)
    assert_same(on_host.load("float32"), expected)


def test_data_that_are_not_here_are_missing_until_they_come(data: IDXDataset) -> None:
    expected, files = data.load("float32"), contents_of(data)
    on_host = HostDataset.of(data, expected.sha256)
    shutil.rmtree(data.root)
    forget_files()
    with pytest.raises(MissingDataError, match=r"data: these data are not on this host"):
        on_host.load("float32")
    keep(expected.sha256, files)
    assert_same(on_host.load("float32"), expected)
    assert sorted(path.name for path in (on_host.folder / DOWNLOADED).iterdir()) == sorted(
        FILES.values()
    )


def test_other_data_in_the_same_folder_are_not_used(data: IDXDataset) -> None:
    on_host = HostDataset.of(data, "0" * 64)
    with pytest.raises(MissingDataError):
        on_host.load("float32")


def test_a_process_that_dies_while_it_writes_leaves_no_folder_behind(
    data: IDXDataset, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    on_host = HostDataset.of(data, data.files().sha256)
    with monkeypatch.context() as patched:
        patched.setattr(host_data.np, "save", full)
        with pytest.raises(OSError, match="No space left"):
            on_host.load("float32")
    assert [path.name for path in on_host.folder.iterdir()] == ["lock"]
    assert len(on_host.load("float32").train) == 40


def test_the_cache_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("EXPERIMENTS_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "backprop-experiments"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "backprop-experiments"
