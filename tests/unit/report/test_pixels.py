"""Images as PNG files."""

import io

import matplotlib.image
import numpy as np
import numpy.typing as npt

from experiments.report.pixels import grey, red_and_blue


def pixels(png: bytes) -> npt.NDArray[np.float32]:
    return np.asarray(matplotlib.image.imread(io.BytesIO(png)))[..., :3]


def test_ink_is_black() -> None:
    white, black = pixels(grey(np.array([[0.0, 1.0]])))[0]
    assert white.tolist() == [1, 1, 1]
    assert black.tolist() == [0, 0, 0]


def test_images_in_colour_keep_their_colours() -> None:
    colours = np.array([[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]])
    assert pixels(grey(colours)).tolist() == colours.tolist()


def test_positive_weights_are_red_and_negative_ones_blue() -> None:
    blue, white, red = pixels(red_and_blue(np.array([[-2.0, 0.0, 2.0]])))[0]
    assert blue[2] > blue[0]
    assert red[0] > red[2]
    assert white.min() > 0.9
