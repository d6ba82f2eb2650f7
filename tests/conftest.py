"""Fixtures of several test modules, and the report on tests that need a browser."""

from collections.abc import Callable

import pytest
from chromium import pytest_terminal_summary  # noqa: F401 - pytest calls it
from omegaconf import DictConfig

from experiments.configuration import compose


@pytest.fixture(scope="session")
def composed() -> Callable[..., DictConfig]:
    """Return a function from overrides to the configuration that `run.py` gets for them."""
    return lambda *overrides: compose(overrides)
