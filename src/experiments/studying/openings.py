"""How often a study opened the test set: a file of the outputs folder keeps it."""

from pathlib import Path

from msgspec import Struct, json

from experiments.errors import DataError
from experiments.recording import OPENINGS


class Opening(Struct, frozen=True):
    """The test set of the data with this SHA-256 was scored in these runs of a study."""

    study: str
    data: str
    runs: list[str]


def count_opening(outputs: Path, opening: Opening) -> int:
    """Record that the test set was opened; return how often it was for this study and data.

    If the same runs were scored before, nothing is recorded. Raise DataError if the file has
    another content, OSError if it cannot be read or written.
    """
    path = outputs / OPENINGS
    lines = path.read_bytes().splitlines() if path.exists() else []
    try:
        known = [json.decode(line, type=Opening) for line in lines]
    except ValueError:
        raise DataError(
            f"{path}: is not a list of openings of the test set; move it away to count anew"
        ) from None
    same = [each for each in known if (each.study, each.data) == (opening.study, opening.data)]
    if opening in same:
        return len(same)
    with path.open("ab") as file:
        file.write(json.encode(opening) + b"\n")
    return len(same) + 1
