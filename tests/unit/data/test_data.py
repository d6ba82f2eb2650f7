"""IDX files, the checks on a folder of them, splits, subsets, mini-batches and downloads."""

import gzip
import hashlib
import math
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any, BinaryIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from omegaconf import DictConfig

from experiments.configuration.config import PROJECT, build
from experiments.data.dataset import (
    FILES,
    Dataset,
    IDXDataset,
    Split,
    Subset,
    describe,
    minibatches,
    read_idx,
)
from experiments.errors import DataError

MNIST = PROJECT / "data" / "mnist"
MNIST_SHA256 = {
    "train_images": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train_labels": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "test_images": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "test_labels": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
MNIST_COUNTS = {
    "train_labels": [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    "test_labels": [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
}
N, CLASSES, TEST_N = 600, 5, 40
PIXELS = np.arange(256) / 255  # what each byte becomes
SMALL = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
DEAD = "http://127.0.0.1:9"  # nothing listens on the discard port

Arrays = dict[str, np.ndarray]
properties = settings(derandomize=True, deadline=None, max_examples=100)


def idx(array: np.ndarray) -> bytes:
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.tobytes()


def arrays() -> Arrays:
    """Return a data set in which an image's two pixels are its number."""
    rng = np.random.default_rng(0)
    numbers = np.arange(N + TEST_N, dtype=">u2").view(np.uint8).reshape(-1, 1, 2)
    shares = [0.5, 0.3, 0.15, 0.045, 0.005]
    labels = rng.choice(CLASSES, N + TEST_N, p=shares).astype(np.uint8)
    return {
        "train_images": numbers[:N],
        "train_labels": labels[:N],
        "test_images": numbers[N:],
        "test_labels": labels[N:],
    }


def write(root: Path, contents: Arrays, *, suffix: str = ".gz") -> dict[str, Path]:
    root.mkdir(parents=True, exist_ok=True)
    paths = {key: root / f"{FILES[key]}{suffix}" for key in contents}
    for key, path in paths.items():
        packed = idx(contents[key])
        path.write_bytes(gzip.compress(packed, 1) if suffix else packed)
    return paths


def hashes(contents: Arrays) -> dict[str, str]:
    return {key: hashlib.sha256(idx(array)).hexdigest() for key, array in contents.items()}


def source(root: Path, **options: Any) -> IDXDataset:
    defaults = {
        "name": "made",
        "root": str(root),
        "mirrors": [],
        "sha256": {},
        "train_size": None,
        "subset": Subset.stratified,
        "validation_size": 100,
        "split_seed": 0,
    }
    return IDXDataset(**{**defaults, **options})


def numbers(split: Split) -> list[int]:
    """Return which images a split of `arrays` holds."""
    pairs = np.rint(split.images * 255).astype(int)
    return [256 * high + low for high, low in pairs.tolist()]


def refused(action: Callable[[], object], *expected: object) -> None:
    """Check that it raises DataError, in one line that says all that is expected."""
    with pytest.raises(DataError) as caught:
        action()
    message = str(caught.value)
    assert "\n" not in message
    for part in expected:
        assert str(part) in message


def read_or_message(path: Path) -> np.ndarray | str:
    """Return the images of a file, or why they are refused."""
    try:
        return read_idx(path, 3)
    except DataError as error:
        return str(error)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    write(root, arrays())
    return root


# MNIST itself


def test_mnist_is_what_lecun_published() -> None:
    files = source(MNIST, sha256=MNIST_SHA256).files()
    assert files.train_images.shape == (60_000, 28, 28)
    assert files.test_images.shape == (10_000, 28, 28)
    assert (files.n_pixels, files.n_classes) == (784, 10)
    for key, counts in MNIST_COUNTS.items():
        assert np.bincount(getattr(files, key)).tolist() == counts
    for key, digest in MNIST_SHA256.items():
        assert hashlib.sha256(idx(getattr(files, key))).hexdigest() == digest


def test_mnist_is_split_into_50000_10000_10000() -> None:
    mnist = source(MNIST, sha256=MNIST_SHA256, validation_size=10_000)
    dataset, files = mnist.load(np.float32), mnist.files()
    sizes = [len(split) for split in (dataset.train, dataset.validation, dataset.test)]
    assert sizes == [50_000, 10_000, 10_000]
    together = np.concatenate([dataset.train.labels, dataset.validation.labels])
    assert np.bincount(together).tolist() == MNIST_COUNTS["train_labels"]
    expected = PIXELS.astype(np.float32)[files.test_images.reshape(-1, 784)]
    assert np.array_equal(dataset.test.images, expected)
    assert np.array_equal(dataset.test.labels, files.test_labels)


# One file


@properties
@given(
    array=npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)),
    suffix=st.sampled_from(["", ".gz"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"written{suffix}"
    path.write_bytes(gzip.compress(idx(array), 1) if suffix else idx(array))
    read = read_idx(path, array.ndim)
    assert read.dtype == np.uint8
    assert np.array_equal(read, array)


MAGIC = bytes([0, 0, 8, 3])
shapes = st.tuples(*[st.integers(0, 2) | st.integers(0, 2**32 - 1)] * 3)
beginnings = shapes.map(lambda shape: MAGIC + struct.pack(">3I", *shape))


@settings(properties, max_examples=300)
@given(
    contents=st.binary(max_size=30)
    | st.binary(max_size=20).map(lambda rest: MAGIC + rest)
    | st.tuples(beginnings, st.binary(max_size=8)).map(b"".join),
    packed=st.booleans(),
)
def test_any_bytes_are_an_array_or_refused(
    tmp_path_factory: pytest.TempPathFactory, *, contents: bytes, packed: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / ("any.gz" if packed else "any")
    path.write_bytes(gzip.compress(contents, 1) if packed else contents)
    read = read_or_message(path)
    if isinstance(read, str):
        assert read.startswith(f"{path}: ")
        assert "\n" not in read
    else:
        assert idx(read) == contents


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_truncated_anywhere(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, {"train_images": SMALL}, suffix=suffix)["train_images"]
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        refused(lambda: read_idx(path, 3), path)


def test_a_truncated_file_says_how_long_it_should_be(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(idx(SMALL)[:-1])
    refused(lambda: read_idx(path, 3), f"{path}: truncated: 39 bytes, expected 40")
    path.write_bytes(idx(SMALL) + b"\0")
    refused(lambda: read_idx(path, 3), f"{path}: too long: 41 bytes, expected 40")


def test_a_header_that_promises_more_than_memory_holds(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for shape in [(2**32 - 1,) * 3, (0, 2**32 - 1, 2**32 - 1)]:
        path.write_bytes(bytes([0, 0, 8, 3]) + struct.pack(">3I", *shape))
        refused(lambda: read_idx(path, 3), path)


@pytest.mark.parametrize("tail", [b"\0", b"more", gzip.compress(b"more")])
def test_extra_bytes(tmp_path: Path, tail: bytes) -> None:
    plain, packed = tmp_path / "file", tmp_path / "file.gz"
    plain.write_bytes(idx(SMALL) + tail)
    packed.write_bytes(gzip.compress(idx(SMALL) + tail))
    for path in (plain, packed):
        refused(lambda path=path: read_idx(path, 3), path, "too long", "expected 40")


@pytest.mark.parametrize("magic", ["00000801", "00000d03", "00000804", "03080000", "1f8b0800"])
def test_wrong_magic(tmp_path: Path, magic: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes.fromhex(magic) + idx(SMALL)[4:])
    refused(lambda: read_idx(path, 3), path, magic, "expected 00000803", "images")


def test_labels_are_not_images(tmp_path: Path) -> None:
    path = write(tmp_path, {"train_images": SMALL})["train_images"]
    refused(lambda: read_idx(path, 1), path, "00000803", "expected 00000801", "labels")


def test_corrupt_gzip(tmp_path: Path) -> None:
    path = write(tmp_path, {"train_images": SMALL})["train_images"]
    whole = path.read_bytes()
    n_refused = 0
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        read = read_or_message(path)
        if isinstance(read, str):
            assert read.startswith(f"{path}: ")
            assert "\n" not in read
            n_refused += 1
        else:  # the time of compression, for example, is no matter
            assert np.array_equal(read, SMALL)
    assert n_refused > len(whole) - 10


def test_no_gzip_at_all(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(idx(SMALL))
    refused(lambda: read_idx(path, 3), path, "cannot be read")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    refused(lambda: read_idx(tmp_path / "file.gz", 3), tmp_path / "file.gz", "no such file")
    refused(lambda: read_idx(tmp_path, 3), tmp_path, "cannot be read")


# A folder of four files


def test_plain_and_packed_folders_are_the_same_data(tmp_path: Path, folder: Path) -> None:
    write(tmp_path, arrays(), suffix="")
    plain, packed = source(tmp_path).files(), source(folder).files()
    for key, array in arrays().items():
        assert np.array_equal(getattr(plain, key), array)
        assert np.array_equal(getattr(packed, key), array)
    assert plain.sha256 == packed.sha256


def test_a_folder_is_read_once(folder: Path) -> None:
    assert source(folder, split_seed=1).files() is source(folder, split_seed=2).files()


@pytest.mark.parametrize("key", FILES)
def test_the_hash_depends_on_every_file(tmp_path: Path, folder: Path, key: str) -> None:
    other = arrays()
    other[key] = other[key][::-1]
    write(tmp_path, other)
    assert source(tmp_path).files().sha256 != source(folder).files().sha256


@pytest.mark.parametrize("key", FILES)
def test_a_file_of_a_folder_is_missing(tmp_path: Path, key: str) -> None:
    write(tmp_path, arrays())[key].unlink()
    refused(source(tmp_path).files, tmp_path / FILES[key], "no such file")


@pytest.mark.parametrize("key", FILES)
def test_contents_of_another_hash(tmp_path: Path, key: str) -> None:
    paths = write(tmp_path, arrays())
    expected = hashes(arrays())
    actual = expected[key]
    expected[key] = "0" * 64
    refused(source(tmp_path, sha256=expected).files, paths[key], actual, "0" * 64)


def test_contents_of_the_expected_hash(tmp_path: Path) -> None:
    write(tmp_path, arrays())
    assert source(tmp_path, sha256=hashes(arrays())).files().n_classes == CLASSES


@pytest.mark.parametrize("part", ["train", "test"])
def test_images_and_labels_swapped(tmp_path: Path, part: str) -> None:
    paths = write(tmp_path, arrays())
    images, labels = paths[f"{part}_images"], paths[f"{part}_labels"]
    contents = images.read_bytes()
    images.write_bytes(labels.read_bytes())
    labels.write_bytes(contents)
    refused(source(tmp_path).files, images, "expected 00000803")


@pytest.mark.parametrize(
    ("key", "images", "labels"),
    [
        ("train_images", N - 1, N),
        ("train_labels", N, N - 1),
        ("test_images", TEST_N - 1, TEST_N),
        ("test_labels", TEST_N, TEST_N - 1),
    ],
)
def test_counts_that_disagree(tmp_path: Path, key: str, images: int, labels: int) -> None:
    contents = arrays()
    contents[key] = contents[key][:-1]
    write(tmp_path, contents)
    refused(source(tmp_path).files, tmp_path, f"{images} images but {labels} labels")


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_folder_without_examples(tmp_path: Path, part: str) -> None:
    contents = arrays()
    for kind in ("images", "labels"):
        contents[f"{part}_{kind}"] = contents[f"{part}_{kind}"][:0]
    write(tmp_path, contents)
    refused(source(tmp_path).files, tmp_path, "0 images")


def test_test_images_of_another_shape(tmp_path: Path) -> None:
    write(tmp_path, {**arrays(), "test_images": arrays()["test_images"].reshape(-1, 2, 1)})
    refused(source(tmp_path).files, tmp_path, "(2, 1)", "expected (1, 2)")


def test_a_test_label_that_training_lacks(tmp_path: Path) -> None:
    contents = arrays()
    contents["test_labels"][3] = CLASSES
    write(tmp_path, contents)
    refused(
        source(tmp_path).files,
        tmp_path / FILES["test_labels"],
        f"label {CLASSES}, expected at most {CLASSES - 1}",
    )


def test_a_folder_of_your_own(folder: Path, composed: Callable[..., DictConfig]) -> None:
    experiment = build(
        composed(
            "dataset=folder",
            f"dataset.root={folder}",
            "dataset.validation_size=50",
            "dataset.train_size=70",
            f"architecture.sizes=[2,{CLASSES}]",
        )
    )
    dataset = experiment.dataset.load(experiment.dtype)
    assert describe(experiment.dataset, dataset) == {
        "name": "folder",
        "root": str(folder),
        "sha256": source(folder).files().sha256,
        "train": 70,
        "validation": 50,
        "test": TEST_N,
    }


# Splits


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_split_keeps_images_labels_and_targets_together(folder: Path, dtype: type) -> None:
    dataset = source(folder).load(dtype)
    contents = arrays()
    images = np.concatenate([contents["train_images"], contents["test_images"]])
    labels = np.concatenate([contents["train_labels"], contents["test_labels"]])
    for split in (dataset.train, dataset.validation, dataset.test):
        rows = numbers(split)
        assert split.images.dtype == split.targets.dtype == dtype
        assert np.array_equal(split.images, PIXELS.astype(dtype)[images[rows].reshape(-1, 2)])
        assert split.labels.tolist() == labels[rows].tolist()
        one_hot = [[float(label == k) for k in range(CLASSES)] for label in labels[rows]]
        assert split.targets.tolist() == one_hot


def test_splits_are_disjoint_and_lose_nothing(folder: Path) -> None:
    dataset = source(folder, validation_size=150).load(np.float32)
    assert len(dataset.validation) == 150
    assert sorted(numbers(dataset.train) + numbers(dataset.validation)) == list(range(N))
    assert numbers(dataset.test) == list(range(N, N + TEST_N))


def test_the_split_depends_on_its_seed_alone(folder: Path) -> None:
    first = source(folder, split_seed=3).load(np.float32)
    again = source(folder, split_seed=3).load(np.float64)
    other = source(folder, split_seed=4).load(np.float32)
    smaller = source(folder, split_seed=3, train_size=20).load(np.float32)
    assert numbers(again.train) == numbers(first.train)
    assert numbers(again.validation) == numbers(first.validation)
    assert numbers(smaller.validation) == numbers(first.validation)
    assert set(numbers(other.validation)) != set(numbers(first.validation))
    assert numbers(first.train) != sorted(numbers(first.train))


def test_a_leading_subset_is_the_beginning(folder: Path) -> None:
    whole = source(folder).load(np.float32)
    dataset = source(folder, train_size=77, subset=Subset.leading).load(np.float32)
    assert numbers(dataset.train) == numbers(whole.train)[:77]


@properties
@given(st.data(), st.integers(1, N - 1), st.integers(0, 5))
def test_a_stratified_subset_is_the_largest_remainders(
    folder: Path, data: st.DataObject, validation_size: int, split_seed: int
) -> None:
    size = data.draw(st.integers(1, N - validation_size))
    cut = {"validation_size": validation_size, "split_seed": split_seed}
    whole = source(folder, **cut).load(np.float32).train
    subset = source(folder, **cut, train_size=size).load(np.float32).train
    position = {number: i for i, number in enumerate(numbers(whole))}
    kept = [position[number] for number in numbers(subset)]
    assert len(kept) == size
    assert kept == sorted(set(kept))
    counts = np.bincount(whole.labels, minlength=CLASSES).tolist()
    keeps = np.bincount(subset.labels, minlength=CLASSES).tolist()
    shares = [Fraction(count * size, len(whole)) for count in counts]
    up, down = [Fraction(1)], [Fraction(0)]
    for share, keep in zip(shares, keeps, strict=True):
        assert keep in (math.floor(share), math.ceil(share))
        if share.denominator > 1:
            (up if keep > share else down).append(share % 1)
    assert min(up) >= max(down)


@pytest.mark.parametrize(
    ("train_size", "validation_size"),
    [(501, 100), (None, N), (1, N), (None, N + 1), (10**12, 1)],
)
def test_more_is_asked_than_there_is(
    folder: Path, train_size: int | None, validation_size: int
) -> None:
    asked = source(folder, train_size=train_size, validation_size=validation_size)
    refused(lambda: asked.load(np.float32), folder, N, train_size, validation_size)


@pytest.mark.parametrize("subset", Subset)
def test_exactly_what_there_is_can_be_asked(folder: Path, subset: Subset) -> None:
    dataset = source(folder, train_size=500, subset=subset).load(np.float32)
    assert numbers(dataset.train) == numbers(source(folder).load(np.float32).train)


# Mini-batches


def one_epoch(dataset: Dataset, batch_size: int, rng: np.random.Generator) -> list[Split]:
    labels = np.arange(CLASSES)
    return [
        Split(images.copy(), (targets @ labels).astype(int), targets.copy())
        for images, targets in minibatches(dataset.train, batch_size, rng=rng)
    ]


@properties
@given(st.integers(1, 150), st.integers(1, 90))
def test_an_epoch_shows_each_example_once(folder: Path, size: int, batch_size: int) -> None:
    dataset = source(folder, train_size=size).load(np.float32)
    batches = one_epoch(dataset, batch_size, np.random.default_rng(size))
    sizes = [len(batch.images) for batch in batches]
    assert sizes[:-1] == [batch_size] * (len(batches) - 1)
    assert sizes[-1] == (size % batch_size or batch_size)
    label_of = dict(zip(numbers(dataset.train), dataset.train.labels.tolist(), strict=True))
    seen = [number for batch in batches for number in numbers(batch)]
    assert sorted(seen) == sorted(label_of)
    assert [label_of[number] for number in seen] == [
        label for batch in batches for label in batch.labels.tolist()
    ]


def test_the_order_depends_on_the_generator_alone(folder: Path) -> None:
    dataset = source(folder).load(np.float32)

    def order(batch_size: int, rng: np.random.Generator) -> list[int]:
        batches = one_epoch(dataset, batch_size, rng)
        return [number for batch in batches for number in numbers(batch)]

    rng = np.random.default_rng(1)
    first, second = order(10, rng), order(10, rng)
    assert first != second
    assert order(10, np.random.default_rng(1)) == first
    assert order(33, np.random.default_rng(1)) == first
    assert order(10, np.random.default_rng(2)) != first


def test_a_batch_may_be_larger_than_any_memory(folder: Path) -> None:
    dataset = source(folder, train_size=7).load(np.float32)
    (batch,) = one_epoch(dataset, 10**14, np.random.default_rng(0))
    assert sorted(numbers(batch)) == sorted(numbers(dataset.train))


# Downloads


class Files(SimpleHTTPRequestHandler):
    """Serves a folder and counts what is asked of it."""

    def send_head(self) -> Any:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        return super().send_head()

    def log_message(self, *_: object) -> None:
        pass


class Interrupted(Files):
    """Breaks off before a file's end."""

    def copyfile(self, source: BinaryIO, outputfile: BinaryIO) -> None:  # type: ignore[override]
        outputfile.write(source.read()[:-1])


@contextmanager
def mirror(
    root: Path, handler: type[SimpleHTTPRequestHandler] = Files
) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder on this machine; yield the address and the paths asked for so far."""
    with (
        HTTPServer(("127.0.0.1", 0), partial(handler, directory=str(root))) as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("NO_PROXY", "127.0.0.1")
        server.asked = []  # type: ignore[attr-defined]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


REQUESTS = [f"/{name}.gz" for name in FILES.values()]


def test_data_are_downloaded_once(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "cache"
    with mirror(folder) as (address, asked):
        first = source(root, mirrors=[address]).files()
        assert asked == REQUESTS
        again = source(root, mirrors=[address + "/"], sha256=hashes(arrays())).files()
        assert asked == REQUESTS
    assert again.sha256 == first.sha256 == source(folder).files().sha256
    assert sorted(path.name for path in root.iterdir()) == sorted(r[1:] for r in REQUESTS)


def test_only_what_is_missing_is_downloaded(tmp_path: Path, folder: Path) -> None:
    write(tmp_path, {key: arrays()[key] for key in ("train_images", "test_labels")}, suffix="")
    with mirror(folder) as (address, asked):
        files = source(tmp_path, mirrors=[address]).files()
        assert asked == REQUESTS[1:3]
    assert files.sha256 == source(folder).files().sha256


def test_the_second_mirror_helps_out(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "empty").mkdir()
    with (
        mirror(tmp_path / "empty") as (without, asked_in_vain),
        mirror(folder, Interrupted) as (breaking, _),
        mirror(folder) as (address, asked),
    ):
        for i, first in enumerate((without, breaking, DEAD)):
            root = tmp_path / f"cache {i}"
            files = source(root, mirrors=[first, address]).files()
            assert files.sha256 == source(folder).files().sha256
            assert len(list(root.iterdir())) == len(FILES)
        assert asked == REQUESTS * 3
        assert asked_in_vain == REQUESTS


def test_no_mirror_has_it(tmp_path: Path, folder: Path) -> None:
    root = tmp_path / "cache"
    with mirror(tmp_path) as (without, _), mirror(folder, Interrupted) as (breaking, _):
        refused(
            source(root, mirrors=[without, breaking, DEAD]).files,
            root / REQUESTS[0][1:],
            without,
            "404",
            breaking,
            DEAD,
            "dataset.root",
        )
    assert list(root.iterdir()) == []


def test_a_mirror_with_something_else(tmp_path: Path) -> None:
    served = tmp_path / "served"
    root = tmp_path / "cache"
    write(served, arrays())
    (served / REQUESTS[0][1:]).write_bytes(b"<html>Please log in to the hotel's network</html>")
    with mirror(served) as (address, _):
        refused(source(root, mirrors=[address]).files, root / REQUESTS[0][1:])
    refused(source(root).files, root / FILES["train_images"])


def test_a_mirror_with_other_data_is_passed_over(tmp_path: Path, folder: Path) -> None:
    served, root = tmp_path / "served", tmp_path / "cache"
    write(served, {**arrays(), "train_images": arrays()["train_images"][::-1]})
    expected = hashes(arrays())
    with mirror(served) as (other, _), mirror(folder) as (right, _):
        refused(source(root, mirrors=[other], sha256=expected).files, other, "other contents")
        assert list(root.iterdir()) == []
        asked = source(root, mirrors=[other, right], sha256=expected)
        assert asked.files().sha256 == source(folder).files().sha256
