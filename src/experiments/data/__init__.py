"""Which images a network learns from: reading, checking, splitting, mini-batches."""

from experiments.data.dataset import Dataset, Files, IDXDataset, Split, Subset, minibatches

__all__ = ["Dataset", "Files", "IDXDataset", "Split", "Subset", "minibatches"]
