"""The data on a worker's host: one copy for all workers there, which is mapped into memory.

The cache has a folder per data set, named by the SHA-256 of the data. In it are the four files, if
they came from the scheduler, and a folder of arrays per way to cut them.
"""

import dataclasses
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.data import FILES, IDXDataset, cut, forget_files
from experiments.errors import DataError
from experiments.examples import Dataset, Split

CACHE = "EXPERIMENTS_CACHE"
"""The environment variable that names the cache folder of a host."""
DOWNLOADED = "files"
"""In the folder of a data set: the four files, as they came from the scheduler."""
SPLITS = ("train", "validation", "test")
ARRAYS = ("images", "labels", "targets")


class MissingDataError(DataError):
    """The data are not on this host."""


def cache_folder() -> Path:
    """Return the folder for data on this host."""
    if named := os.environ.get(CACHE):
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "backprop-experiments"


@dataclass(frozen=True)
class HostDataset(IDXDataset):
    """A data set whose splits are arrays in the cache of this host.

    ``root`` is the folder where the job was submitted. It is used if it has the same data here.
    """

    folder: Path
    """The folder of these data in the cache; its name is their SHA-256."""

    @classmethod
    def of(cls, dataset: IDXDataset, sha256: str) -> "HostDataset":
        """Return the data set on this host."""
        values = {each.name: getattr(dataset, each.name) for each in dataclasses.fields(IDXDataset)}
        return cls(**values, folder=cache_folder() / sha256)

    def load(self, dtype: npt.DTypeLike) -> Dataset:
        """Return the three splits, mapped into memory; cut them first if no process has done that.

        Raise MissingDataError if the data are not on this host, DataError if they are unfit, and
        OSError if the cache cannot be written.
        """
        arrays = self.folder / self._cut_name(dtype)
        with _locked(self.folder):
            if not arrays.is_dir():
                self._cut(arrays, dtype)
        splits = {split: _mapped(arrays, split) for split in SPLITS}
        return Dataset(**splits, sha256=self.folder.name)

    def _cut_name(self, dtype: npt.DTypeLike) -> str:
        options = (
            self.first_label,
            self.transposed,
            self.train_size,
            self.subset.value,
            self.validation_size,
            self.shuffle,
            self.split_seed,
            np.dtype(dtype).name,
        )
        return hashlib.sha256(repr(options).encode()).hexdigest()[:16]

    def _cut(self, arrays: Path, dtype: npt.DTypeLike) -> None:
        """Cut the data as a process does that trains on one machine, and write the arrays."""
        try:
            dataset = self._source().load(dtype)
            with _replacing(arrays) as temporary:
                for split in SPLITS:
                    for name in ARRAYS:
                        array = getattr(getattr(dataset, split), name)
                        np.save(temporary / f"{split}_{name}.npy", array, allow_pickle=False)
        finally:  # from now on, the arrays on the disk are used
            cut.cache_clear()
            forget_files()

    def _source(self) -> IDXDataset:
        """Return the data set in the folder of this host that has the four files."""
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(IDXDataset)}
        here = IDXDataset(**{**values, "mirrors": []})
        came = dataclasses.replace(
            here, root=str(self.folder / DOWNLOADED), sha256={}, gz_sha256={}
        )
        for source in (here, came):
            try:
                if source.files().sha256 == self.folder.name:
                    return source
            except DataError:
                continue
        raise MissingDataError(f"{self.root}: these data are not on this host")


def contents_of(dataset: IDXDataset) -> dict[str, bytes]:
    """Return the four files of a data set by name, to send them to a host.

    Raise OSError if one cannot be read.
    """
    found = {}
    for name in (FILES | dataset.file_names).values():
        zipped, plain = Path(dataset.root) / f"{name}.gz", Path(dataset.root) / name
        path = zipped if zipped.is_file() else plain
        found[path.name] = path.read_bytes()
    return found


def keep(sha256: str, files: Mapping[str, bytes]) -> None:
    """Write the files of a data set to the cache of this host.

    Raise OSError if the cache cannot be written.
    """
    folder = cache_folder() / sha256
    with _locked(folder):
        if not (folder / DOWNLOADED).is_dir():
            with _replacing(folder / DOWNLOADED) as temporary:
                for name, contents in files.items():
                    (temporary / name).write_bytes(contents)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one process of this host at a time work in a folder of the cache."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def _replacing(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder, which becomes ``folder`` when it is complete."""
    temporary = Path(tempfile.mkdtemp(prefix="incomplete-", dir=folder.parent))
    try:
        yield temporary
        temporary.rename(folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def _mapped(arrays: Path, split: str) -> Split:
    """Return a split whose arrays are pages of files, which all processes of a host share."""
    return Split(
        *(
            np.load(arrays / f"{split}_{name}.npy", mmap_mode="r", allow_pickle=False).view(
                np.ndarray
            )
            for name in ARRAYS
        )
    )
