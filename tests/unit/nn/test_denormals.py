"""Arithmetic without denormal numbers, and with them again."""

import numpy as np
import pytest

from nn import denormals
from nn.denormals import no_denormals

SMALL = np.full(4, np.finfo(np.float32).tiny)


def half() -> np.ndarray:
    """Return a half of the smallest normal number."""
    return SMALL * np.float32(0.5)


@pytest.mark.skipif(denormals._library() is None, reason="not glibc on x86-64")
def test_results_and_operands_are_flushed_inside_only() -> None:
    denormal = half()
    assert np.all(denormal > 0)
    with no_denormals():
        assert not np.any(half())
        assert not np.any(denormal * np.float32(2))
    assert np.all(half() > 0)


def test_an_exception_ends_it_too() -> None:
    with pytest.raises(KeyError), no_denormals():
        raise KeyError
    assert np.all(half() > 0)


def test_other_systems_compute_as_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denormals, "_library", lambda: None)
    with no_denormals():
        assert np.all(half() > 0)
