"""Fixtures of the tests of comparisons."""

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module", autouse=True)
def _quick_garbage_collection() -> Iterator[None]:
    """Collect new objects only, because statsmodels collects garbage at each of its corrections."""
    gc.freeze()
    yield
    gc.unfreeze()
