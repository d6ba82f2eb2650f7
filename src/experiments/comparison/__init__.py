"""Comparing the arms of a sweep: paired runs, tuned learning rates, statistics and verdicts."""

from experiments.comparison.arms import (
    ARM,
    CHOICES,
    CONDITION,
    can_be_compared,
    comparable,
    examples,
    named,
    title,
)
from experiments.comparison.asking import (
    compare_one,
    compare_two,
    own_question_first,
    runs_to_compare,
)
from experiments.comparison.beside import METHODS, beside
from experiments.comparison.beside_printing import BESIDE_FORMATS, print_beside
from experiments.comparison.cells import Cell
from experiments.comparison.compare import Comparison, Row, compare
from experiments.comparison.decision import Verdict
from experiments.comparison.default_rates import Choices, TunedRate, tuned_rates
from experiments.comparison.factorial import Effect, Factorial, factorial
from experiments.comparison.factorial_printing import FACTORIAL_FORMATS, print_factorial
from experiments.comparison.looks import count_look
from experiments.comparison.missing_runs import MissingRunsError
from experiments.comparison.pairing import Pair, pairs, seed_differences
from experiments.comparison.power import fewest_seeds, typical_seeds
from experiments.comparison.printing import (
    FORMATS,
    missing_runs,
    print_comparison,
)
from experiments.comparison.response_surface import best_point
from experiments.comparison.statuses import status_counts
from experiments.comparison.study_runs import compared_runs, study_runs, without_tuned
from experiments.comparison.superiority import superiority
from experiments.comparison.tuning import CHOSEN_ON, SelectionBias, selection_bias, tuned
from experiments.comparison.verdicts import (
    readable_table,
    selection_bias_sentence,
    two_networks_sentence,
    verdict_sentences,
    verdict_words,
)

__all__ = [
    "ARM",
    "BESIDE_FORMATS",
    "CHOICES",
    "CHOSEN_ON",
    "CONDITION",
    "FACTORIAL_FORMATS",
    "FORMATS",
    "METHODS",
    "Cell",
    "Choices",
    "Comparison",
    "Effect",
    "Factorial",
    "MissingRunsError",
    "Pair",
    "Row",
    "SelectionBias",
    "TunedRate",
    "Verdict",
    "beside",
    "best_point",
    "can_be_compared",
    "comparable",
    "compare",
    "compare_one",
    "compare_two",
    "compared_runs",
    "count_look",
    "examples",
    "factorial",
    "fewest_seeds",
    "missing_runs",
    "named",
    "own_question_first",
    "pairs",
    "print_beside",
    "print_comparison",
    "print_factorial",
    "readable_table",
    "runs_to_compare",
    "seed_differences",
    "selection_bias",
    "selection_bias_sentence",
    "status_counts",
    "study_runs",
    "superiority",
    "title",
    "tuned",
    "tuned_rates",
    "two_networks_sentence",
    "typical_seeds",
    "verdict_sentences",
    "verdict_words",
    "without_tuned",
]
