"""The initial network of an experiment."""

import dataclasses
from pathlib import Path

import jobs
import numpy as np

from experiments.running import initial_state


def test_another_precision_has_the_same_network(tmp_path: Path) -> None:
    experiment = dataclasses.replace(jobs.job(tmp_path).experiment, dtype="float32")
    single, progress = initial_state(experiment)
    double, _ = initial_state(dataclasses.replace(experiment, dtype="float64"))
    assert progress.epochs == 0
    assert (single.parameters.dtype, double.parameters.dtype) == (np.float32, np.float64)
    assert list(single.sizes) == experiment.sizes
    assert np.allclose(single.parameters, double.parameters, atol=1e-6)
    other, _ = initial_state(dataclasses.replace(experiment, seed=experiment.seed + 1))
    assert not np.allclose(single.parameters, other.parameters, atol=1e-6)
