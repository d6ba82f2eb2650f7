"""Heat maps of superiority and of confusion."""

import math

import numpy as np
import pandas as pd
from drawn import texts
from matplotlib.collections import QuadMesh

from experiments.plotting import confusion, superiority


def test_superiority_is_written_in_percent() -> None:
    arms = ["ce", "mse"]
    matrix = pd.DataFrame([[math.nan, 0.75], [0.25, math.nan]], index=arms, columns=arms)
    axes = superiority(matrix)
    assert axes.get_title().replace("\n", " ") == "% of seeds on which the row beats the column"
    assert texts(axes) == ["75", "25"]
    places = {each.get_text(): each.get_position() for each in axes.texts}
    assert places == {"75": (1.5, 0.5), "25": (0.5, 1.5)}  # (column, row)
    assert [text.get_text() for text in axes.get_yticklabels()] == arms
    (cells,) = axes.collections
    assert cells.get_clim() == (0, 100)


def test_a_confusion_matrix_counts_all_predictions_and_colours_the_wrong_ones() -> None:
    pairs = [(3, 3)] * 5 + [(3, 5)] * 2 + [(5, 5)] * 4 + [(5, 8)]  # no image has the label 8
    axes = confusion(pd.DataFrame(pairs, columns=["label", "predicted"]), of="a network")
    assert axes.get_title() == "How often each label is predicted as each class\na network"
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted", "label")
    assert texts(axes) == ["5", "2", "0", "0", "4", "1"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["3", "5", "8"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["3", "5"]
    (cells,) = axes.collections
    assert isinstance(cells, QuadMesh)
    assert np.asarray(cells.get_array()).ravel().tolist() == [0, 2, 0, 0, 0, 1]


def test_the_confusion_of_named_classes_is_in_their_order() -> None:
    names = ["zebra", "ant", "cat"]
    pairs = [("zebra", "zebra"), ("ant", "zebra"), ("ant", "ant"), ("cat", "cat")]
    table = pd.DataFrame(pairs, columns=["label", "predicted"])
    axes = confusion(table.apply(lambda each: pd.Categorical(each, names, ordered=True)))
    assert [text.get_text() for text in axes.get_xticklabels()] == names
    assert [text.get_text() for text in axes.get_yticklabels()] == names
    assert texts(axes) == ["1", "0", "0", "1", "1", "0", "0", "0", "1"]
