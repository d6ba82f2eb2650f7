"""Fixtures of the tests of the mirror. MLflow is imported here, as its dependencies warn then."""

import warnings
from collections.abc import Iterator

import pytest

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
    from mirror_parent import PlayedParent, played_parent

    import experiments.mirror.pyfunc_model  # noqa: F401


@pytest.fixture
def process() -> Iterator[PlayedParent]:
    """The process that started the mirror. It has not ended."""
    with played_parent() as process:
        yield process
