"""Comparing the arms of a sweep: paired runs, tuned learning rates, statistics and verdicts."""

from experiments.comparison.arms import ARM, CHOICES, CONDITION, examples, named, title
from experiments.comparison.compare import Comparison, Row, compare
from experiments.comparison.decision import MARGIN, Verdict
from experiments.comparison.pairing import METRICS, Pair, pairs, seed_differences
from experiments.comparison.printing import (
    FORMATS,
    missing_runs,
    print_comparison,
)
from experiments.comparison.statuses import status_counts
from experiments.comparison.superiority import superiority
from experiments.comparison.tuning import SelectionBias, selection_bias, tuned
from experiments.comparison.verdicts import (
    readable_table,
    selection_bias_sentence,
    two_networks_sentence,
    verdict_sentences,
    verdict_words,
)

__all__ = [
    "ARM",
    "CHOICES",
    "CONDITION",
    "FORMATS",
    "MARGIN",
    "METRICS",
    "Comparison",
    "Pair",
    "Row",
    "SelectionBias",
    "Verdict",
    "compare",
    "examples",
    "missing_runs",
    "named",
    "pairs",
    "print_comparison",
    "readable_table",
    "seed_differences",
    "selection_bias",
    "selection_bias_sentence",
    "status_counts",
    "superiority",
    "title",
    "tuned",
    "two_networks_sentence",
    "verdict_sentences",
    "verdict_words",
]
