"""The IDX file format: read a file of unsigned bytes, plain or gzipped, into an array.

Format: LeCun, Cortes and Burges, *The MNIST database of handwritten digits*.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
import numpy.typing as npt

from experiments.data.contents import explain, explain_length, explain_unzipped
from experiments.data.folders import explain_file
from experiments.errors import DataError

Bytes = npt.NDArray[np.uint8]

UNSIGNED_BYTE = 0x08
"""The type code of unsigned bytes in an IDX header."""


def read_idx(path: Path, dimensions: int) -> Bytes:
    """Return the array in an IDX file with ``dimensions`` dimensions.

    Raise DataError if the file is missing, unreadable, or not exactly of that form.
    """
    return parse_idx(path, unpacked(path), dimensions)


def unpacked(path: Path) -> bytes:
    """Return the contents of a file, decompressed if its name ends in `.gz`.

    Raise DataError if the file is missing or unreadable.
    """
    if path.exists() and not path.is_file() and not path.is_dir():  # a FIFO would never end
        raise DataError(f"{path}: it is no file, but a FIFO or a device; put the file there")
    try:
        contents = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: {explain_file(path, error)}") from None
    if path.suffix != ".gz":
        return contents
    try:
        return gzip.decompress(contents)
    except EOFError:
        raise DataError(
            f"{path}: truncated: its gzip data end too early; copy or download it again"
        ) from None
    except (OSError, zlib.error):
        raise DataError(f"{path}: {explain_unzipped(path, contents)}") from None


def parse_idx(path: Path, contents: bytes, dimensions: int) -> Bytes:
    """Return the array that the unpacked contents of an IDX file hold.

    ``path`` is for messages only. Raise DataError if the contents are not exactly of that form.
    """
    magic = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    header = 4 + 4 * dimensions
    if contents[:4] != magic:
        raise DataError(f"{path}: {explain(path, contents, dimensions)}")
    if len(contents) < header:
        raise DataError(f"{path}: truncated: {len(contents)} bytes, expected {header} of header")
    shape = struct.unpack(f">{dimensions}I", contents[4:header])
    expected = header + math.prod(shape)
    if len(contents) < expected:
        raise DataError(f"{path}: {explain_length(contents, dimensions, expected)}")
    if len(contents) > expected:
        raise DataError(f"{path}: {explain_length(contents, dimensions, expected)}")
    try:
        return np.frombuffer(contents, np.uint8, offset=header).reshape(shape)
    except ValueError:  # no element, but sizes that are too large for an index
        raise DataError(f"{path}: not a valid array: its sizes are {shape}") from None
