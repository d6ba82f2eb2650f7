"""The versions that are printed."""

import importlib.metadata
import platform
from importlib.util import find_spec

import numpy as np
import pytest

from experiments.doctor.versions import versions


def test_the_versions_are_those_of_this_process() -> None:
    found = versions()
    assert list(found)[:5] == ["Python", "numpy", "scipy", "hydra-core", "mlflow"]
    assert found["Python"] == platform.python_version()
    assert found["numpy"] == np.__version__


@pytest.mark.parametrize("name", ["numba", "optuna"])
def test_the_packages_of_extras_are_named_where_they_are_installed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert versions()[name] == importlib.metadata.version(name)
    monkeypatch.setattr(
        "experiments.doctor.versions.find_spec",
        lambda asked: None if asked == name else find_spec(asked),
    )
    assert name not in versions()
