"""Do published numbers hold? The runs of presets, our numbers with the noise of seeds, a table."""

from experiments.replicating.conduct import conduct, presets, with_tracking
from experiments.replicating.printing import print_hypotheses, print_summary, print_table
from experiments.replicating.publish import publish

__all__ = [
    "conduct",
    "presets",
    "print_hypotheses",
    "print_summary",
    "print_table",
    "publish",
    "with_tracking",
]
