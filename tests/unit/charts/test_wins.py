"""Win matrices."""

import numpy as np
import pandas as pd

from experiments.charts import win_matrices
from experiments.charts.figure import spec


def test_each_pair_of_arms_is_a_cell_and_the_axes_say_who_wins() -> None:
    matrix = pd.DataFrame([[np.nan, 0.75], [0.25, np.nan]], index=["a", "b"], columns=["a", "b"])
    figure = win_matrices({"784-30-10": matrix})
    (panel,) = figure.panels
    cells = {(row["arm"], row["other"]): row["percent"] for row in panel.rows}
    assert cells == {("a", "b"): 75, ("b", "a"): 25}
    encoding = spec(panel)["layer"][0]["encoding"]
    assert encoding["y"]["title"] == "winning arm"
    assert encoding["x"]["title"] == "beaten arm"
    assert figure.description == "784-30-10: a wins most often"
