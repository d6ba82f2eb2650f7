"""The chapter about learning rates."""

from frames import run
from subjects import subject

from experiments.charts import keys
from experiments.report.blocks import Chart, Table
from experiments.report.learning_rates import learning_rates

RATES = [
    run(f"loss={loss}", f"optimizer.learning_rate={rate}", accuracy=0.9 + rate / 100)
    for loss in ("ce", "mse")
    for rate in (0.5, 1)
]


def test_one_rate_for_each_arm_has_no_chapter() -> None:
    assert learning_rates(subject([run("loss=ce"), run("loss=mse")]), ["loss"], []) is None


def test_the_chosen_rates_are_shown_with_those_that_were_run() -> None:
    found = learning_rates(subject(RATES), ["loss"], keys(["ce softmax", "mse sigmoid"]))
    assert found
    (table,) = (each for each in found.blocks if isinstance(each, Table))
    assert [row[1:] for row in table.rows] == [
        ["ce softmax", "1", "0.5, 1"],
        ["mse sigmoid", "1", "0.5, 1"],
    ]
    assert [each for each in found.blocks if isinstance(each, Chart)]


def test_a_search_of_one_arm_has_a_chapter() -> None:
    assert learning_rates(subject(RATES[:2]), [], [])
