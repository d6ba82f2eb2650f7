"""Accuracy against the learning rate."""

from frames import arm, diverged
from subjects import with_arms

from experiments.charts import accuracy_by_rate, keys

LOW, HIGH = "optimizer.learning_rate=0.1", "optimizer.learning_rate=10"
ROWS = (
    arm("loss=ce", LOW, seeds=[0, 1])
    + arm("loss=ce", HIGH, seeds=[0], at=0.95)
    + diverged("loss=ce", HIGH, seeds=[1])
)


def test_points_are_means_and_diverged_runs_are_counted() -> None:
    figure = accuracy_by_rate(with_arms(ROWS, "loss")[0], keys(["ce"]))
    assert figure
    (panel,) = figure.panels
    assert [(row["rate"], row["n"]) for row in panel.rows] == [(0.1, 2), (10, 1)]
    assert "Diverged, and not drawn: ce at 10 (1 of 2 runs)." in figure.caption
    assert "95.06 % at 10" in figure.description


def test_the_axes_are_those_of_each_condition() -> None:
    rows = ROWS + arm("loss=ce", LOW, "architecture=784-20-10-10", seeds=[0], at=0.5)
    figure = accuracy_by_rate(with_arms(rows, "loss")[0], keys(["ce"]))
    assert figure
    wide, narrow = (
        panel.chart.to_dict(validate=False)["layer"][0]["encoding"]["x"]["scale"]["domain"]
        for panel in reversed(figure.panels)
    )
    assert wide[1] / wide[0] > 100 > narrow[1] / narrow[0]


def test_without_a_finished_run_there_is_no_figure() -> None:
    rows = diverged("loss=mse", seeds=[0])
    assert accuracy_by_rate(with_arms(rows, "loss")[0], keys(["mse"])) is None
