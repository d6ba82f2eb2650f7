"""Images and labels from the unpacked contents of IDX files, in the forms that data sets have.

QMNIST's labels: Yadav and Bottou, *Cold Case: The Lost MNIST Digits*, 2019.
"""

import struct
from pathlib import Path

import numpy as np

from experiments.data.contents import idx_header
from experiments.data.idx import Bytes, parse_idx
from experiments.errors import DataError

COLOUR = 4
"""The dimensions of a file of images with channels: image, row, column, channel."""
EXTENDED = (0x0C, 2)
"""Element type and dimensions of labels with a row of 32-bit integers per image, as in QMNIST."""


def parse_images(path: Path, contents: bytes, *, flatten: bool, transposed: bool) -> Bytes:
    """Return images ``[n, rows, columns]``; with ``flatten`` they may have channels, too.

    With ``transposed`` the rows of an image in the file are its columns. Raise DataError, naming
    the file ``path``, if the contents are no such images.
    """
    header = idx_header(contents)
    colour = header is not None and header[1] == COLOUR
    if colour and not flatten:
        raise DataError(
            f"{path}: {COLOUR} dimensions (image, row, column, channel), expected 3: colour images"
            " are read if dataset.flatten=true, and each number of a pixel is then an input"
        )
    images = parse_idx(path, contents, COLOUR if colour else 3)
    return images.swapaxes(1, 2) if transposed else images


def parse_labels(path: Path, contents: bytes) -> Bytes:
    """Return labels ``[n]``. Of extended labels, as QMNIST has them, the first column counts.

    Raise DataError, naming the file ``path``, if the contents are no labels.
    """
    if idx_header(contents) != EXTENDED:
        return parse_idx(path, contents, 1)
    if len(contents) < 12:
        raise DataError(f"{path}: truncated: {len(contents)} bytes, expected 12 of header")
    n, columns = struct.unpack(">2I", contents[4:12])
    expected = 12 + 4 * n * columns
    if len(contents) != expected or not columns:
        raise DataError(
            f"{path}: {len(contents):,} bytes, expected {expected:,} for {n:,} rows of {columns}"
            " integers, the first of which is the label"
        )
    labels = np.frombuffer(contents, ">i4", offset=12).reshape(n, columns)[:, 0]
    if n and not 0 <= labels.min() <= labels.max() <= 255:
        raise DataError(f"{path}: labels from {labels.min()} to {labels.max()}, expected 0 to 255")
    return labels.astype(np.uint8)
