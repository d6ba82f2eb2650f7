"""The rights of an ordinary user: root may read every file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

NOBODY = 65534
"""The number of the user that owns no files."""


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Give up the rights of root for a while, if the process has them."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)
