"""Accuracy against seconds."""

import pytest
from frames import run
from subjects import with_arms

from experiments.charts import accuracy_by_seconds, keys


def test_seconds_are_summed_over_epochs() -> None:
    rows = [run("loss=ce", validation=[0.5, 0.8])]
    figure = accuracy_by_seconds(with_arms(rows, "loss")[1], keys(["ce"]))
    assert figure
    (panel,) = figure.panels
    shown = [(row["seconds"], row["accuracy"]) for row in panel.rows]
    assert shown == [(0.5, pytest.approx(50)), (1.0, pytest.approx(80))]
    assert "80 % after 1 s" in figure.description


def test_runs_without_seconds_have_no_figure() -> None:
    history = with_arms([run("loss=ce")], "loss")[1]
    assert accuracy_by_seconds(history[history["metric"] != "seconds"], keys(["ce"])) is None
