"""Accuracies and costs over epochs."""

from frames import arm, run
from subjects import with_arms

from experiments.charts import accuracy_curves, cost_curves, keys
from experiments.charts.figure import spec

LEARNING = (0.5, 0.8)
ARMS = keys(["ce softmax", "mse sigmoid"])
TWO = arm("loss=ce", seeds=[0, 1], validation=LEARNING) + arm(
    "loss=mse", at=0.8, seeds=[0, 1], validation=LEARNING
)


def test_accuracies_are_means_in_per_cent_with_intervals() -> None:
    figure = accuracy_curves(with_arms(TWO, "loss")[1], ARMS)
    assert figure
    assert figure.title == "Accuracy by epoch"
    assert "95 % interval" in figure.caption
    (panel,) = figure.panels
    last = [row for row in panel.rows if row["epoch"] == 2 and row["split"] == "validation"]
    assert {row["arm"]: row["mean"] for row in last} == dict.fromkeys(
        ("ce softmax", "mse sigmoid"), 80.0
    )
    assert "784-30-10 ce softmax 80 %" in figure.description


def test_runs_of_different_lengths_are_said_and_each_has_its_own_last_epoch() -> None:
    longer = run("loss=ce", "seed=2", validation=(0.5, 0.8, 0.9, 0.95))
    figure = accuracy_curves(with_arms([*TWO, longer], "loss")[1], ARMS)
    assert figure
    assert "Not all runs of an arm have the same number of epochs" in figure.caption
    assert "784-30-10 ce softmax 85 %" in figure.description  # of 80, 80 and 95 %
    equal = accuracy_curves(with_arms(TWO, "loss")[1], ARMS)
    assert equal
    assert "same number of epochs" not in equal.caption


def test_costs_of_different_kinds_share_no_axis() -> None:
    figure = cost_curves(with_arms(TWO, "loss")[1], ARMS)
    assert figure
    assert [{row["arm"] for row in panel.rows} for panel in figure.panels] == [
        {"ce softmax"},
        {"mse sigmoid"},
    ]
    assert "cannot be compared" in figure.caption


def test_equal_costs_share_an_axis() -> None:
    rows = [run("optimizer=sgd", validation=LEARNING), run("optimizer=adam", validation=LEARNING)]
    figure = cost_curves(with_arms(rows, "optimizer")[1], keys(["adam", "sgd"]))
    assert figure
    (panel,) = figure.panels
    assert {row["arm"] for row in panel.rows} == {"adam", "sgd"}
    assert "cannot be compared" not in figure.caption


def test_a_single_epoch_is_shown_as_points_and_one_seed_without_interval() -> None:
    figure = accuracy_curves(with_arms([run("loss=ce"), run("loss=mse")], "loss")[1], ARMS)
    assert figure
    assert figure.title == "Accuracy after the only epoch"
    assert "lines" not in figure.caption
    assert "interval" not in figure.caption
    marks = {layer["mark"]["type"] for layer in spec(figure.panels[0])["layer"]}
    assert marks == {"point", "rule"}


def test_epochs_have_whole_labels() -> None:
    rows = arm("loss=ce", seeds=[0], validation=[0.5] * 30)
    figure = accuracy_curves(with_arms(rows, "loss")[1], keys(["ce"]))
    assert figure
    ticks = spec(figure.panels[0])["layer"][0]["encoding"]["x"]["axis"]["values"]
    assert ticks == [3, 6, 9, 12, 15, 18, 21, 24, 27, 30]


def test_runs_without_an_epoch_have_no_curves() -> None:
    runs, history = with_arms([run("loss=ce", status="diverged", validation=[])], "loss")
    assert len(runs) == 1
    assert accuracy_curves(history, ARMS) is None
    assert cost_curves(history, ARMS) is None
