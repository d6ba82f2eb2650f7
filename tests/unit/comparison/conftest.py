"""Fixtures of the tests of comparisons."""

from collections.abc import Iterator

import pytest

from experiments.comparison import statistics


@pytest.fixture(scope="module")
def fewer_resamples() -> Iterator[None]:
    """Resample a tenth as often as usual, to save time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statistics, "RESAMPLES", 999)
        yield
