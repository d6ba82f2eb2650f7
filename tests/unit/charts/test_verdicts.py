"""The verdict figure."""

from frames import arm, diverged, frame

from experiments.charts import keys, verdict_figure
from experiments.charts.figure import Figure
from experiments.comparison import compare

ARMS = keys(["ce softmax", "mse sigmoid"])


def drawn(*rows: dict[str, object]) -> Figure:
    comparison = compare(frame(rows), "loss")
    return verdict_figure([(comparison, row) for row in comparison.rows], ARMS)


def row_of(figure: Figure) -> dict[str, object]:
    (found,) = (row for row in figure.panels[0].rows if row["kind"] == "row")
    return found


def test_the_winner_is_named_and_coloured_and_the_sides_say_who_is_better() -> None:
    figure = drawn(*arm("loss=ce", at=0.95, seeds=range(8)), *arm("loss=mse", seeds=range(8)))
    row = row_of(figure)
    assert row["words"] == "ce softmax better by 4.99 points"
    assert row["colour"] == ARMS[0].colour
    assert (row["left"], row["right"]) == ("◀ mse sigmoid better", "ce softmax better ▶")
    assert row["low"] < row["points"] < row["high"]
    dots = [each for each in figure.panels[0].rows if each["kind"] == "seed"]
    assert [dot["seed"] for dot in dots] == list(range(8))
    assert "bar is the interval" in figure.caption
    assert "ce softmax better by 4.99 points" in figure.description


def test_without_an_interval_no_bar_is_drawn_or_explained() -> None:
    figure = drawn(*arm("loss=ce", seeds=[0, 1]), *arm("loss=mse", at=0.95, seeds=[0, 1]))
    row = row_of(figure)
    assert row["words"] == "undecided: mse sigmoid ahead by 5.00"
    assert "low" not in row
    assert "bar" not in figure.caption


def test_arms_that_failed_have_a_row_without_a_difference() -> None:
    figure = drawn(*arm("loss=ce", seeds=[0, 1]), *diverged("loss=mse", seeds=[0, 1]))
    assert "points" not in row_of(figure)
    assert str(row_of(figure)["words"]).startswith("undecided")
