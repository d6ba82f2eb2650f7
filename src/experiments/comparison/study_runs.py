"""The runs of a study as `compare` takes them."""

import math

import pandas as pd

from experiments.recording import RecordedStudy
from experiments.results import RATE


def study_runs(runs: pd.DataFrame, study: RecordedStudy) -> pd.DataFrame:
    """Return the runs of a study on which `compare` gives the study's table.

    ``runs`` are all runs of the study so far. If only the learning rate was tuned, they are
    returned: `compare` chooses the same rates again, as it does for the records of any sweep.
    Otherwise the runs on the seeds that tuning did not use are returned, `without_tuned`.
    """
    if study.tuned == [RATE]:
        return runs
    return without_tuned(compared_runs(runs, study), study)


def compared_runs(runs: pd.DataFrame, study: RecordedStudy) -> pd.DataFrame:
    """Return the runs on the seeds that tuning did not use."""
    return runs[runs["seed"] >= study.tuning_seeds]


def without_tuned(runs: pd.DataFrame, study: RecordedStudy) -> pd.DataFrame:
    """Return the runs without the tuned options, which would be parts of arms or conditions.

    The rate is kept: it is part of neither.
    """
    others = [name for name in study.tuned if name != RATE]
    return runs.assign(**dict.fromkeys(others, math.nan))
