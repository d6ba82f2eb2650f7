"""A small data set like EMNIST's letters: labels from 1, images stored transposed, other names."""

import string
from pathlib import Path

import idx_files
import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from experiments.configuration import compose

SIDE, SIZE = 28, 20
"""Pixels of a side, and the font size in pixels."""


def letter(name: str, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Return an image ``[28, 28]`` of a letter in a font, a little moved."""
    font = ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", SIZE)
    image = Image.new("L", (SIDE, SIDE))
    place = tuple(SIDE / 2 + rng.integers(-1, 2, 2))
    ImageDraw.Draw(image).text(place, name, fill=255, font=font, anchor="mm")
    return np.asarray(image)


def write_letters(root: Path, *, train: int, test: int, suffix: str = "") -> dict[str, Path]:
    """Write so many images of each letter to files that are named as EMNIST's; return the paths.

    Their names end with ``suffix``, which may be `.gz`.
    """
    rng = np.random.default_rng(0)
    contents = {}
    for part, n in (("train", train), ("test", test)):
        names = string.ascii_lowercase * n
        images = np.stack([letter(name, rng) for name in names])
        contents[f"{part}_images"] = images.swapaxes(1, 2)
        contents[f"{part}_labels"] = np.array([ord(name) - ord("a") + 1 for name in names], "u1")
    paths = idx_files.write(root, contents, suffix=suffix)
    names = compose(["dataset=emnist_letters"]).dataset.file_names
    return {key: path.rename(root / f"{names[key]}{suffix}") for key, path in paths.items()}
