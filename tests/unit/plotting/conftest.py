"""Fixtures of the tests of plots."""

from collections.abc import Iterator

import drawn
import pytest


@pytest.fixture(autouse=True)
def _without_screen() -> Iterator[None]:
    with drawn.without_screen():
        yield
