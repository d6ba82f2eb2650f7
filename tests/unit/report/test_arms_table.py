"""The table of arms."""

from frames import arm, diverged, run
from subjects import subject

from experiments.comparison import compare
from experiments.report.arms_table import arms_table, crossed_arms


def test_each_arm_has_its_mean_and_the_best_is_marked() -> None:
    about = subject(arm("loss=ce", at=0.95) + arm("loss=mse"))
    table = arms_table(crossed_arms(about, ["loss"]), [compare(about.runs, "loss")])
    assert [row[1] for row in table.rows] == ["ce softmax (best)", "mse sigmoid"]
    assert table.marked == {0}
    assert table.rows[0][5] == "8 of 8"
    assert table.rows[0][2].startswith("95.01 % ± ")
    assert "95 % interval" in table.caption


def test_one_seed_has_no_interval_and_no_best_arm() -> None:
    about = subject([run("loss=ce", accuracy=0.95), run("loss=mse")])
    table = arms_table(crossed_arms(about, ["loss"]), [])
    assert table.marked == frozenset()
    assert table.caption == "Accuracy after the last epoch"
    assert [row[2] for row in table.rows] == ["95.00 %", "90.00 %"]


def test_networks_are_arms_if_nothing_else_was_swept() -> None:
    about = subject([run("architecture=784-30-10"), run("architecture=784-20-10-10")])
    table = arms_table(crossed_arms(about, ["architecture"]), [])
    assert sorted(row[1] for row in table.rows) == ["784-20-10-10", "784-30-10"]


def test_an_arm_that_diverged_has_no_accuracy() -> None:
    about = subject(diverged("loss=ce", seeds=[0, 1]))
    (row,) = arms_table(crossed_arms(about, []), [], single=True).rows
    assert row[1:3] == ["-", "-"]
    assert row[4:] == ["0 of 2", "-"]
