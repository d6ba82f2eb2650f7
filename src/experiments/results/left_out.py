"""Runs that are left out of results because their journal cannot be read: said in a warning."""

import warnings
from collections.abc import Sequence


class LeftOutWarning(UserWarning):
    """Runs are left out. The message is one line; the commands print it as it is."""


def left_out(problems: Sequence[str]) -> str:
    """Return one line about journals that cannot be read, each of which has a message."""
    first, *others = problems
    journals = "journals" if len(others) > 1 else "journal"
    more = f"; and {len(others)} more {journals}" if others else ""
    return f"{first}{more}"


def warn_of_left_out(problems: Sequence[str]) -> None:
    """Warn of journals that cannot be read, if there are any."""
    if problems:
        warnings.warn(f"Left out: {left_out(problems)}", LeftOutWarning, stacklevel=5)
