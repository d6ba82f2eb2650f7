"""The MLflow model of a network: loaded from a file, it predicts what the network predicts."""

from pathlib import Path
from types import SimpleNamespace

import networks
import numpy as np

import nn
from experiments.mirror.pyfunc_model import NetworkModel


def test_a_model_predicts_what_its_network_predicts(tmp_path: Path) -> None:
    loss = nn.QuadraticCost(nn.Output.sigmoid)
    network = networks.network([3, 4, 2], activation=nn.LeakyReLU(0.2), loss=loss)
    (tmp_path / "network.npz").write_bytes(nn.save(network))
    context = SimpleNamespace(artifacts={"network": str(tmp_path / "network.npz")})
    model = NetworkModel()
    model.load_context(context)
    images = np.random.default_rng(1).random((5, 3))
    predicted = model.predict(context, images)
    assert predicted.dtype == np.float64
    assert np.array_equal(predicted, network.predict(images))
