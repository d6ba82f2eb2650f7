"""An exception in a class of the user's own, as one line."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from experiments.errors import UserError
from experiments.running import is_source

OURS = ("experiments", "nn", "hydra_plugins")
"""The packages of this project: an exception in them is its mistake."""


@contextmanager
def own_errors() -> Iterator[None]:
    """Raise UserError, which names the place, for an exception in code of the user's own."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        place = _place(error)
        if place is None:
            raise
        message = " ".join("".join(traceback.format_exception_only(error)).split())
        raise UserError(f"{place}: {message}") from error


def _place(error: Exception) -> str | None:
    """Return the last line of the user's code that an exception passed; None if it passed none."""
    found, called = None, False
    for frame, line in traceback.walk_tb(error.__traceback__):
        module = str(frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in OURS and module != __name__:
            called = True  # code before this project's is no class that it calls
        elif called and is_source(module):
            found = f"{frame.f_code.co_filename}, line {line}, in {frame.f_code.co_name}"
    return found
