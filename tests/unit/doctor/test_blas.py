"""The BLAS library of this process."""

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from experiments.doctor.blas import blas


def test_it_is_the_library_that_numpy_was_built_with() -> None:
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    found = blas()
    assert found.name == built["name"]
    assert found.version


def test_threads_are_those_of_the_loaded_library() -> None:
    if blas().threads is None:
        pytest.skip("this library does not tell its threads")
    with threadpool_limits(limits=1, user_api="blas"):
        assert blas().threads == 1


def test_the_chosen_kernels_are_those_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Nehalem")
    assert blas().coretype == "Nehalem"
    monkeypatch.delenv("OPENBLAS_CORETYPE")
    assert blas().coretype == ""
