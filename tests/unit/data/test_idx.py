"""IDX files: arrays are read as they were written, other files are refused in one line."""

import bz2
import gzip
import io
import lzma
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from idx_files import check_refused, idx, write
from matplotlib.figure import Figure
from permissions import ordinary_user
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


def test_little_endian_sizes_are_said(tmp_path: Path) -> None:
    path = tmp_path / "file"
    sizes = struct.pack("<3I", 2, 3, 4)
    path.write_bytes(bytes([0, 0, 8, 3]) + sizes + bytes(24))
    message = f"{path}: its sizes, 2 x 3 x 4, are written little-endian, expected big-endian"
    check_refused(lambda: read_idx(path, 3), message)
    path.write_bytes(bytes([3, 8, 0, 0]) + sizes + bytes(24))
    message = "its first bytes are 03080000, expected 00000803; its numbers are little-endian"
    check_refused(lambda: read_idx(path, 3), message)


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


@pytest.mark.parametrize("magic", ["00000003", "03080000", "00010803", "00000a03"])
def test_another_magic_number_is_refused(tmp_path: Path, magic: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes.fromhex(magic) + idx(SMALL)[4:])
    check_refused(
        lambda: read_idx(path, 3),
        f"{path}: not an IDX file of images: its first bytes are {magic}, expected 00000803",
    )


@pytest.mark.parametrize(
    ("magic", "dimensions", "message"),
    [
        ("00000804", 3, "4 dimensions, expected 3 (image, row, column)"),
        ("00000802", 1, "2 dimensions, expected 1 (one label per image)"),
        (
            "00000801",
            3,
            "this is a file of labels, expected images;"
            " 1 dimension, expected 3 (image, row, column)",
        ),
        (
            "00000803",
            1,
            "this is a file of images, expected labels;"
            " 3 dimensions, expected 1 (one label per image)",
        ),
        ("00000d03", 3, "elements of type float32, expected unsigned bytes (0 to 255)"),
        ("00000c01", 1, "elements of type int32, expected unsigned bytes (0 to 255)"),
        (
            "00000e04",
            3,
            "4 dimensions, expected 3 (image, row, column);"
            " elements of type float64, expected unsigned bytes (0 to 255)",
        ),
    ],
)
def test_another_array_is_described(
    tmp_path: Path, magic: str, dimensions: int, message: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes.fromhex(magic) + idx(SMALL)[4:])
    check_refused(lambda: read_idx(path, dimensions), f"{path}: {message}")


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
    check_refused(lambda: read_idx(path, 3), f"{path}: it is not gzipped; rename it to file")
    path.write_bytes(b"<html>Log in</html>")
    check_refused(lambda: read_idx(path, 3), f"{path}: it is not gzipped: an HTML page")
    path.write_bytes(b"\x01\x02\x03\x04")
    check_refused(lambda: read_idx(path, 3), f"{path}: it is not gzipped: its first bytes are 0102")


def test_a_gzip_file_without_the_name_of_one_is_refused(tmp_path: Path) -> None:
    path, named = tmp_path / "file", tmp_path / "file.gz"
    path.write_bytes(gzip.compress(idx(SMALL)))
    check_refused(lambda: read_idx(path, 3), f"{path}: it is gzipped; rename it to file.gz")
    named.write_bytes(gzip.compress(path.read_bytes()))
    check_refused(lambda: read_idx(named, 3), f"{named}: it is gzipped twice; unpack it once")


def test_a_gzip_file_of_which_a_part_is_missing_or_wrong_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.gz"
    whole = gzip.compress(idx(SMALL))
    path.write_bytes(whole[:-1])
    check_refused(lambda: read_idx(path, 3), f"{path}: truncated: its gzip data end too early")
    path.write_bytes(whole[:-8] + bytes(8))
    check_refused(lambda: read_idx(path, 3), f"{path}: damaged: its gzip data cannot be unpacked")


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"file{suffix}"
    for contents in (b"", gzip.compress(b"") if suffix else b""):
        path.write_bytes(contents)
        check_refused(lambda: read_idx(path, 1), f"{path}: it is empty, expected an IDX file of")


def _saved(save: Callable[[BinaryIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


def _zipped(file: BinaryIO) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("train-images-idx3-ubyte", idx(SMALL))


def _archived(file: BinaryIO) -> None:
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("train-images-idx3-ubyte"))


OTHER_FILES = {
    "a PNG image": _saved(lambda file: Figure().savefig(file, format="png")),
    "a zip archive": _saved(_zipped),
    "a tar archive": _saved(_archived),
    "a NumPy array (npy)": _saved(lambda file: np.save(file, SMALL)),
    "an archive of NumPy arrays (npz)": _saved(lambda file: np.savez(file, images=SMALL)),
    "a pickle": pickle.dumps(SMALL),
    "a bzip2 file": bz2.compress(idx(SMALL)),
    "an xz file": lzma.compress(idx(SMALL)),
    "an HTML page": b"\n<!DOCTYPE html>\n<html lang=en>",
    "a pointer of Git LFS instead of the file": b"version https://git-lfs.github.com/spec/v1\noid",
    "a text file that begins with 'label,p0\\n5,0'": b"label,p0\n5,0",
}


@pytest.mark.parametrize("kind", OTHER_FILES)
def test_a_file_of_another_kind_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(OTHER_FILES[kind])
    check_refused(
        lambda: read_idx(path, 3), f"{path}: it is {kind}, expected an IDX file of images"
    )


def test_a_missing_file_and_a_broken_link_are_refused(tmp_path: Path) -> None:
    path, link = tmp_path / "file.gz", tmp_path / "link"
    check_refused(lambda: read_idx(path, 3), f"{path}: no such file")
    link.symlink_to("elsewhere")
    check_refused(
        lambda: read_idx(link, 3), f"{link}: it is a link to elsewhere, which does not exist"
    )


def test_a_folder_instead_of_a_file_is_refused_with_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "train-images-idx3-ubyte"
    path.mkdir()
    check_refused(
        lambda: read_idx(path, 3), f"{path}: it is a folder, expected a file; the folder is empty"
    )
    (path / "train-images.idx3-ubyte").touch()
    check_refused(lambda: read_idx(path, 3), "the folder has train-images.idx3-ubyte")


def test_a_file_that_may_not_be_read_is_refused(open_folder: Path) -> None:
    path = open_folder / "file"
    path.write_bytes(idx(SMALL))
    path.chmod(0)
    with ordinary_user():
        check_refused(lambda: read_idx(path, 3), f"{path}: no permission to read it")
