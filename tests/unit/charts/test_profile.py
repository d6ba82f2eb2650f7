"""The performance profile."""

import pytest
from frames import run
from subjects import TEST, with_arms

from experiments.charts import keys, performance_profile

ARMS = keys(["ce softmax", "mse sigmoid"])
SMALL, LARGE = "architecture=784-20-10-10", "architecture=784-30-10"


def test_a_line_is_the_share_of_networks_within_points_of_the_best() -> None:
    rows = [
        run("loss=ce", SMALL, accuracy=0.92),
        run("loss=mse", SMALL, accuracy=0.90),
        run("loss=ce", LARGE, accuracy=0.95),
        run("loss=mse", LARGE, accuracy=0.96),
    ]
    figure = performance_profile(with_arms(rows, "loss")[0], TEST, ARMS)
    assert figure
    lines: dict[str, list[tuple[float, float]]] = {"ce softmax": [], "mse sigmoid": []}
    for row in figure.panels[0].rows:
        lines[row["arm"]].append((pytest.approx(row["points"], abs=1e-4), row["share"]))
    assert lines["ce softmax"][:2] == [(0, 50), (1, 100)]
    assert lines["mse sigmoid"][:2] == [(0, 50), (2, 100)]


def test_one_network_has_no_profile() -> None:
    rows = [run("loss=ce"), run("loss=mse")]
    assert performance_profile(with_arms(rows, "loss")[0], TEST, ARMS) is None
