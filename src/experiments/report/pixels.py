"""Images of digits and of weights as small PNG files."""

import io

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.floating]


def grey(image: Image) -> bytes:
    """Return an image ``[rows, columns]`` from 0 (white) to 1 (black) as a PNG file.

    An image ``[rows, columns, channels]`` has its own colours.
    """
    return _png(image, "gray_r", 0.0, 1.0)


def red_and_blue(weights: Image) -> bytes:
    """Return weights ``[side, side]`` as a PNG file: red positive, white zero, blue negative."""
    limit = float(np.abs(weights).max()) or 1.0
    return _png(weights, "RdBu_r", -limit, limit)


def _png(image: Image, colours: str, low: float, high: float) -> bytes:
    from matplotlib.image import imsave

    buffer = io.BytesIO()
    imsave(buffer, image, cmap=colours, vmin=low, vmax=high, format="png")
    return buffer.getvalue()
