"""The versions that are printed."""

import platform

import numpy as np

from experiments.doctor.versions import versions


def test_the_versions_are_those_of_this_process() -> None:
    found = versions()
    assert list(found) == ["Python", "numpy", "hydra-core", "mlflow"]
    assert found["Python"] == platform.python_version()
    assert found["numpy"] == np.__version__
