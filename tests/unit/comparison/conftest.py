"""Fixtures of the tests of comparisons."""

import gc
from collections.abc import Iterator

import pytest

from experiments.comparison import statistics


@pytest.fixture(scope="module")
def fewer_resamples() -> Iterator[None]:
    """Resample a tenth as often as usual, to save time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "RESAMPLES", 999)
        yield


@pytest.fixture(scope="module", autouse=True)
def _quick_garbage_collection() -> Iterator[None]:
    """Collect new objects only, because statsmodels collects garbage at each of its corrections."""
    gc.freeze()
    yield
    gc.unfreeze()
