"""Backends: which code trains, and one line if it cannot."""

import sys
from pathlib import Path

import jobs
import pytest

from experiments.errors import ConfigError
from experiments.running.backends import compiler_versions, kernel, kernel_class
from nn import ReLU
from nn.compiled import Kernel


class OwnActivation(ReLU):
    """An activation of the user."""


def test_numpy_needs_no_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)  # as if it were not installed
    job = jobs.job(tmp_path)
    network, _ = job.initialise()
    split = job.experiment.dataset.load(job.experiment.dtype).train
    assert kernel(job.experiment, network, split) is None
    assert job.origin.compiler == ""


def test_numba_has_a_kernel_and_versions_in_the_origin(tmp_path: Path) -> None:
    job = jobs.job(tmp_path, backend="numba")
    network, _ = job.initialise()
    split = job.experiment.dataset.load(job.experiment.dtype).train
    assert isinstance(kernel(job.experiment, network, split), Kernel)
    assert job.origin.compiler == compiler_versions()
    assert {each.split()[0] for each in compiler_versions().split(", ")} >= {"numba", "scipy"}


def test_a_missing_numba_is_one_line_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ConfigError, match=r"numba is not installed; install it with"):
        kernel_class(jobs.experiment(tmp_path, backend="numba"))


def test_a_class_of_the_user_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    own = jobs.experiment(tmp_path, backend="numba", activation=OwnActivation())
    with pytest.raises(ConfigError, match=r"no OwnActivation, .*; use backend=numpy"):
        kernel_class(own)
