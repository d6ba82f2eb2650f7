"""The doctor: which facts of this machine make runs slow or unsafe, and the advice about them."""

from experiments.doctor.advice import obstacles, slow_parts
from experiments.doctor.facts import Facts, examine
from experiments.doctor.printing import printed

__all__ = ["Facts", "examine", "obstacles", "printed", "slow_parts"]
