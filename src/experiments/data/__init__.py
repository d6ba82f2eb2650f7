"""The data: read IDX files, cut them into training, validation and test sets, make mini-batches."""

from experiments.data.dataset import IDXDataset
from experiments.data.files import FILES, Files
from experiments.data.idx import parse_idx, read_idx
from experiments.data.minibatches import minibatches
from experiments.data.splits import Dataset, Split, Subset, cut

__all__ = [
    "FILES",
    "Dataset",
    "Files",
    "IDXDataset",
    "Split",
    "Subset",
    "cut",
    "minibatches",
    "parse_idx",
    "read_idx",
]
