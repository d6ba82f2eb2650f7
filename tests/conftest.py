"""Fixtures of several test modules."""

from collections.abc import Callable

import pytest
from omegaconf import DictConfig

from experiments.configuration import compose


@pytest.fixture(scope="session")
def composed() -> Callable[..., DictConfig]:
    """Return a function from overrides to the configuration that `run.py` gets for them."""
    return lambda *overrides: compose(overrides)
