"""The confusion matrix."""

import pandas as pd

from experiments.charts import confusion


def test_images_are_counted_and_the_most_frequent_mistake_is_named() -> None:
    labels, given = [1, 1, 7, 7, 7], [1, 7, 1, 1, 7]
    table = pd.DataFrame({"label": labels, "predicted": given})
    figure = confusion(table.assign(correct=table["label"] == table["predicted"]), "a network")
    counts = {
        (row["label"], row["predicted"]): (row["images"], row["mistakes"])
        for row in figure.panels[0].rows
    }
    assert counts == {(1, 1): (1, 0), (1, 7): (1, 1), (7, 1): (2, 2), (7, 7): (1, 0)}
    assert "2 of 5 validation images are right" in figure.caption
    assert "2 images of 7 were taken for 1" in figure.caption


def test_named_classes_are_in_their_order() -> None:
    names = ["zebra", "ant", "cat"]
    table = pd.DataFrame(
        {
            "label": pd.Categorical(["zebra", "ant", "ant"], names, ordered=True),
            "predicted": pd.Categorical(["zebra", "zebra", "ant"], names, ordered=True),
        }
    )
    figure = confusion(table.assign(correct=[True, False, True]), "a network")
    (panel,) = figure.panels
    assert len(panel.rows) == 3
    assert "1 image of ant was taken for zebra" in figure.caption
    axes = panel.chart.to_dict()["layer"][0]["encoding"]
    assert axes["x"]["sort"] == axes["y"]["sort"] == names


def test_a_network_without_mistakes() -> None:
    table = pd.DataFrame({"label": [1], "predicted": [1], "correct": [True]})
    assert "mistake:" not in confusion(table, "a network").caption
