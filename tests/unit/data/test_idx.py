"""IDX files: arrays are read as they were written, other files are refused in one line."""

import gzip
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from idx_files import check_refused, idx, write
from properties import trials

from experiments.data import read_idx
from experiments.errors import DataError

SMALL = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)


def array_or_message(path: Path) -> np.ndarray | str:
    """Return the images of a file, or the message that refuses it."""
    try:
        return read_idx(path, 3)
    except DataError as error:
        return str(error)


@trials(100)
@given(
    array=npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5)),
    suffix=st.sampled_from(["", ".gz"]),
)
def test_a_written_array_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, suffix: str
) -> None:
    path = tmp_path_factory.getbasetemp() / f"written{suffix}"
    path.write_bytes(gzip.compress(idx(array), 1) if suffix else idx(array))
    read = read_idx(path, array.ndim)
    assert read.dtype == np.uint8
    assert np.array_equal(read, array)


MAGIC = bytes([0, 0, 8, 3])
shapes = st.tuples(*[st.integers(0, 2) | st.integers(0, 2**32 - 1)] * 3)
headers = shapes.map(lambda shape: MAGIC + struct.pack(">3I", *shape))


@trials(300)
@given(
    contents=st.binary(max_size=30)
    | st.binary(max_size=20).map(lambda rest: MAGIC + rest)
    | st.tuples(headers, st.binary(max_size=8)).map(b"".join),
    gzipped=st.booleans(),
)
def test_any_bytes_are_read_as_an_array_or_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, *, contents: bytes, gzipped: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / ("any.gz" if gzipped else "any")
    path.write_bytes(gzip.compress(contents, 1) if gzipped else contents)
    read = array_or_message(path)
    if isinstance(read, str):
        assert read.startswith(f"{path}: ")
        assert "\n" not in read
    else:
        assert idx(read) == contents


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_file_truncated_at_any_byte_is_refused(tmp_path: Path, suffix: str) -> None:
    path = write(tmp_path, {"train_images": SMALL}, suffix=suffix)["train_images"]
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        check_refused(lambda: read_idx(path, 3), path)


def test_a_message_has_the_actual_and_the_expected_length(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(idx(SMALL)[:-1])
    check_refused(lambda: read_idx(path, 3), f"{path}: truncated: 39 bytes, expected 40")
    path.write_bytes(idx(SMALL) + b"\0")
    check_refused(lambda: read_idx(path, 3), f"{path}: too long: 41 bytes, expected 40")


def test_a_header_with_sizes_beyond_all_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for shape in [(2**32 - 1,) * 3, (0, 2**32 - 1, 2**32 - 1)]:
        path.write_bytes(bytes([0, 0, 8, 3]) + struct.pack(">3I", *shape))
        check_refused(lambda: read_idx(path, 3), path)


@pytest.mark.parametrize(
    "tail", [b"\0", b"more", gzip.compress(b"more", mtime=0)], ids=["zero", "text", "gzip"]
)
def test_bytes_after_the_end_are_refused(tmp_path: Path, tail: bytes) -> None:
    plain, packed = tmp_path / "file", tmp_path / "file.gz"
    plain.write_bytes(idx(SMALL) + tail)
    packed.write_bytes(gzip.compress(idx(SMALL) + tail))
    for path in (plain, packed):
        check_refused(lambda path=path: read_idx(path, 3), path, "too long", "expected 40")


@pytest.mark.parametrize("magic", ["00000801", "00000d03", "00000804", "03080000", "1f8b0800"])
def test_another_magic_number_is_refused(tmp_path: Path, magic: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes.fromhex(magic) + idx(SMALL)[4:])
    check_refused(lambda: read_idx(path, 3), path, magic, "expected 00000803", "images")


def test_images_are_refused_as_labels(tmp_path: Path) -> None:
    path = write(tmp_path, {"train_images": SMALL})["train_images"]
    check_refused(lambda: read_idx(path, 1), path, "00000803", "expected 00000801", "labels")


def test_a_damaged_gzip_file_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, {"train_images": SMALL})["train_images"]
    whole = path.read_bytes()
    n_refused = 0
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        read = array_or_message(path)
        if isinstance(read, str):
            assert read.startswith(f"{path}: ")
            assert "\n" not in read
            n_refused += 1
        else:  # a byte that does not matter, such as the time of compression
            assert np.array_equal(read, SMALL)
    assert n_refused > len(whole) - 10


def test_a_file_that_is_only_named_gz_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    path.write_bytes(idx(SMALL))
    check_refused(lambda: read_idx(path, 3), path, "cannot be read")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    check_refused(lambda: read_idx(tmp_path / "file.gz", 3), tmp_path / "file.gz", "no such file")
    check_refused(lambda: read_idx(tmp_path, 3), tmp_path, "cannot be read")
