"""Studies: arms that are tuned alike, compared on new seeds, and tested once."""

from experiments.studying.conduct import Confirmed, Outcome, check_size, conduct
from experiments.studying.jobs import StudyJob, job
from experiments.studying.openings import Opening, count_opening
from experiments.studying.planning import print_plan
from experiments.studying.printing import Terminal
from experiments.studying.publish import publish
from experiments.studying.result import Result
from experiments.studying.study import SEED, Cell, Study

__all__ = [
    "SEED",
    "Cell",
    "Confirmed",
    "Opening",
    "Outcome",
    "Result",
    "Study",
    "StudyJob",
    "Terminal",
    "check_size",
    "conduct",
    "count_opening",
    "job",
    "print_plan",
    "publish",
]
