"""Do published numbers hold? The runs of presets, our numbers with the noise of seeds, a table."""

from experiments.replicating.conduct import (
    Outcome,
    chosen_presets,
    conduct,
    known_presets,
    with_tracking,
)
from experiments.replicating.printing import print_hypotheses, print_summary, print_table
from experiments.replicating.publish import check_presets, fewer_seeds, publish
from experiments.replicating.table import Row

__all__ = [
    "Outcome",
    "Row",
    "check_presets",
    "chosen_presets",
    "conduct",
    "fewer_seeds",
    "known_presets",
    "print_hypotheses",
    "print_summary",
    "print_table",
    "publish",
    "with_tracking",
]
