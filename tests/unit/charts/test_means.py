"""Means over seeds with intervals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.charts.means import means


def test_an_interval_is_the_one_of_student() -> None:
    values = [0.1, 0.4, 0.3]
    frame = pd.DataFrame({"arm": "a", "value": values})
    (row,) = means(frame, ["arm"], "value").to_dict("records")
    low, high = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (row["mean"], row["n"]) == (pytest.approx(np.mean(values)), 3)
    assert (row["low"], row["high"]) == (pytest.approx(low), pytest.approx(high))


def test_one_value_has_no_interval() -> None:
    table = means(pd.DataFrame({"arm": ["a"], "value": [0.5]}), ["arm"], "value")
    assert table["mean"].tolist() == [0.5]
    assert table[["low", "high"]].isna().all(axis=None)
