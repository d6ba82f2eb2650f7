"""Count the looks at a comparison: how often somebody asked, and with how many runs."""

import errno
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct, json

from experiments.errors import DataError, UserError
from experiments.recording import LOOKS

PREFIX = 8
"""The recorded characters of an identity."""


class Look(Struct, frozen=True):
    """Somebody asked ``question`` when the runs with these identities were there.

    The answer was a table with ``rows``.
    """

    question: str
    runs: list[str]
    rows: int = 1


def most_rows(outputs: Path, question: str, identities: Iterable[str]) -> int:
    """Return the most rows that an earlier answer to this question had; 0 if there was none.

    Earlier looks count as for `count_look`, and the errors are its own.
    """
    looks = _looks(outputs, question, _recorded(identities))
    return max((each.rows for each in looks), default=0)


def count_look(
    outputs: Path,
    question: str,
    identities: Iterable[str],
    *,
    rows: int = 1,
    one_look: bool = False,
) -> int:
    """Record a look at the runs with these identities, and return its number, from 1.

    Earlier looks count if they have the same question and some of these runs: looks at other runs
    say nothing about these. A look at the same runs has the same number. The file in the outputs
    folder has a line for each look with other runs than before, with the number of ``rows`` of the
    answer. Raise UserError, and record nothing, if this was to be the ``one_look`` and is not the
    first. Raise DataError if the file has another content, and OSError if it cannot be read or
    written.
    """
    runs = _recorded(identities)
    seen = [each.runs for each in _looks(outputs, question, runs)]
    number = seen.index(runs) + 1 if runs in seen else len(seen) + 1
    if one_look and number > 1:
        raise UserError(
            f"--looks 1: this is look {number}, with other runs than before; without --looks the"
            " verdicts are valid at any number of looks"
        )
    if runs not in seen:
        with (outputs / LOOKS).open("ab") as file:
            file.write(json.encode(Look(question, runs, rows)) + b"\n")
    return number


def _recorded(identities: Iterable[str]) -> list[str]:
    return sorted(each[:PREFIX] for each in identities)


def _looks(outputs: Path, question: str, runs: list[str]) -> list[Look]:
    """Return the recorded looks with this question and some of these runs."""
    path = outputs / LOOKS
    if path.exists() and not (path.is_file() or path.is_dir()):  # to read it could take for ever
        raise OSError(errno.EINVAL, "it is no file", str(path))
    lines = path.read_bytes().splitlines() if path.exists() else []
    try:
        earlier = [json.decode(line, type=Look) for line in lines]
    except ValueError:
        raise DataError(f"{path}: is not a list of looks; move it away to count anew") from None
    return [each for each in earlier if each.question == question and {*each.runs} & {*runs}]
