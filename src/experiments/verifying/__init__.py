"""Is the mathematics right? Every number of a network against independent ways to compute it."""

from experiments.verifying.comparison import Comparison, Table
from experiments.verifying.composing import composed
from experiments.verifying.printing import print_tables
from experiments.verifying.subject import Subject
from experiments.verifying.verify import missing_references, verify
from experiments.verifying.worked_example import worked_example

__all__ = [
    "Comparison",
    "Subject",
    "Table",
    "composed",
    "missing_references",
    "print_tables",
    "verify",
    "worked_example",
]
