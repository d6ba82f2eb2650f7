"""The data: IDX files, found or downloaded, read, checked, and cut into splits."""

from experiments.data.cut import Subset, cut
from experiments.data.dataset import IDXDataset
from experiments.data.files import FILES, Files, forget_files
from experiments.data.folders import explain_missing
from experiments.data.idx import parse_idx, read_idx

__all__ = [
    "FILES",
    "Files",
    "IDXDataset",
    "Subset",
    "cut",
    "explain_missing",
    "forget_files",
    "parse_idx",
    "read_idx",
]
