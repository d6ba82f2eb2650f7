"""Tags that hold which test images a run classifies correctly.

The bytes are compressed and written as text, 0.6 kB for 10,000 images of which 96 % are correct.
MLflow limits the length of a tag, so a longer text is divided: `test/correct/1`, `test/correct/2`.
"""

import base64
import zlib
from collections.abc import Mapping

from experiments.recording import BEST_EPOCH_CORRECT, CORRECT

LONGEST = 5000
"""Characters of one tag. MLflow 3 keeps 8000, older servers keep 5000."""


def correct_tags(correct: Mapping[str, bytes]) -> dict[str, str]:
    """Return the tags for `End.correct_images`."""
    tags: dict[str, str] = {}
    for column, value in correct.items():
        text = base64.b64encode(zlib.compress(value, level=9)).decode()
        pieces = [text[start : start + LONGEST] for start in range(0, len(text), LONGEST)]
        tags |= {f"{column}/{number}": piece for number, piece in enumerate(pieces, 1)}
    return tags


def read_correct(tags: Mapping[str, str]) -> dict[str, bytes]:
    """Return `End.correct_images` of the run with these tags; older runs have none.

    Raise ValueError if the tags were changed.
    """
    found: dict[str, bytes] = {}
    for column in (CORRECT, BEST_EPOCH_CORRECT):
        pieces: list[str] = []
        while (name := f"{column}/{len(pieces) + 1}") in tags:
            pieces.append(tags[name])
        if pieces:
            found[column] = _decompressed(column, "".join(pieces))
    return found


def _decompressed(column: str, text: str) -> bytes:
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except (ValueError, zlib.error) as error:
        raise ValueError(f"{column}: {error}") from None
