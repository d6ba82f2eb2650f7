"""Final accuracies."""

from frames import arm, diverged, run
from subjects import TEST, with_arms

from experiments.charts import final_accuracies, keys


def test_every_finished_run_is_a_dot_and_the_others_are_counted() -> None:
    rows = arm("loss=ce", seeds=[0, 1]) + diverged("loss=mse", seeds=[0])
    figure = final_accuracies(with_arms(rows, "loss")[0], TEST, keys(["ce softmax"]))
    assert figure
    (panel,) = figure.panels
    assert [(row["arm"], row["seed"]) for row in panel.rows] == [
        ("ce softmax", 0),
        ("ce softmax", 1),
    ]
    assert "Not drawn: 1 of 3 runs" in figure.caption
    assert "mean of an arm" in figure.caption


def test_one_run_per_arm_has_no_mean() -> None:
    figure = final_accuracies(with_arms([run("loss=ce")], "loss")[0], TEST, keys(["ce"]))
    assert figure
    assert figure.title == "Final accuracy on the test set"
    assert figure.caption == "A dot is one run."


def test_without_a_finished_run_there_is_no_figure() -> None:
    rows = diverged("loss=mse", seeds=[0])
    assert final_accuracies(with_arms(rows, "loss")[0], TEST, []) is None
