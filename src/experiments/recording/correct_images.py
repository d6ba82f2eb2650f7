"""Which images a network classifies correctly, in one bit per image.

The bytes are those of an ASN.1 bit string: the first byte is the number of unused bits at the end,
0 to 7. The others hold eight images each, the first image in the highest bit. So the bytes know the
number of images.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

CORRECT = "test/correct"
"""Which test images are classified correctly after the last epoch: the column of these bytes."""
BEST_EPOCH_CORRECT = "best_epoch/test/correct"
"""The same after the epoch with the best validation accuracy."""


def pack_correct(correct: npt.NDArray[np.bool_] | Sequence[bool]) -> bytes:
    """Return the bytes for ``correct [n]``: whether each image is classified correctly."""
    return bytes([-len(correct) % 8]) + np.packbits(np.asarray(correct, bool)).tobytes()


def correct_images(value: bytes) -> npt.NDArray[np.bool_]:
    """Return whether each image is classified correctly, ``[n]``, in the order of the data files.

    ``value`` is from the column `test/correct` or `best_epoch/test/correct` of a frame of runs.
    Raise ValueError if it is not such a value.
    """
    unused, bits = value[:1], np.frombuffer(value[1:], np.uint8)
    if not unused or unused[0] > min(7, 8 * len(bits)):
        raise ValueError(f"{value!r}: does not say which images are classified correctly")
    return np.unpackbits(bits, count=8 * len(bits) - unused[0]).astype(bool)
