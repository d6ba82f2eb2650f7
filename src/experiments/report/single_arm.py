"""The chapter about runs of one arm, where there is nothing to compare: how they learned."""

from experiments.charts import keys
from experiments.comparison import ARM, named
from experiments.report.blocks import Chapter, Chart
from experiments.report.chapter import figures
from experiments.report.subject import Subject

GROUP = "loss"
"""Any group names the only arm."""


def single_arm(subject: Subject) -> Chapter:
    """Return the chapter about the only arm."""
    drawn = keys(sorted(named(subject.tuned, GROUP)[ARM].unique()))
    found = [Chart(each) for each in figures(subject, GROUP, drawn) if each]
    title = "The run" if len(subject.runs) == 1 else "The runs"
    return Chapter("runs", title, found)
