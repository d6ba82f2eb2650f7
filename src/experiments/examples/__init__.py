"""The examples that a network learns from, as arrays: splits and mini-batches. No files."""

from experiments.examples.minibatches import minibatches
from experiments.examples.splits import Dataset, Split

__all__ = ["Dataset", "Split", "minibatches"]
