"""Say at the end of a command which runs were left out because their journal cannot be read."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from experiments.errors import UserError

LEFT_OUT = "LeftOutWarning"
"""The name of `results.LeftOutWarning`, which takes long to import."""


@contextmanager
def said_what_is_left_out() -> Iterator[None]:
    """Print warnings about runs that are left out as lines on stderr.

    If the command fails, the line of its error begins with it: the missing runs may be the cause.
    """
    lines: list[str] = []
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(message: Any, category: type[Warning], *where: Any, **options: Any) -> None:
            if category.__name__ == LEFT_OUT:
                lines.append(str(message))
            else:
                others(message, category, *where, **options)

        warnings.showwarning = show
        warnings.filterwarnings("always", "Left out: ")
        try:
            yield
        except UserError as error:
            if not lines:
                raise
            raise UserError("; ".join([*dict.fromkeys(lines), str(error)])) from None
    sys.stderr.writelines(f"{line}\n" for line in dict.fromkeys(lines))
