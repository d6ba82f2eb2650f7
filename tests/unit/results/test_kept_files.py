"""The network and the weights that a run has kept."""

import re
from pathlib import Path

import networks
import numpy as np
import pandas as pd
import pytest

import nn
from experiments.errors import UserError
from experiments.recording import NETWORK, save_weights
from experiments.results.kept_files import check_kept, identities_of, read_network

RUNS = pd.DataFrame({"identity": ["aa11", "aa12", "bb11", "b"]})


def test_a_run_is_named_by_the_first_characters_of_its_identity() -> None:
    assert identities_of(["aa12", "bb", "b", "aa11"], RUNS, "o") == ["aa12", "bb11", "b", "aa11"]
    assert identities_of([], RUNS, "o") == []


@pytest.mark.parametrize(
    ("prefix", "message"),
    [
        ("aa", "aa: 2 runs match, expected one; known identities: aa11, aa12"),
        ("c", "c: none of these 4 runs in o has this identity; they are aa11, aa12, bb11, b"),
    ],
)
def test_none_or_several_runs_are_an_error(prefix: str, message: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(message)}$"):
        identities_of([prefix], RUNS, "o")


def test_the_files_of_the_run_are_accepted(tmp_path: Path) -> None:
    (tmp_path / NETWORK).write_bytes(nn.save(networks.network([3, 2, 4])))
    check_kept(tmp_path, "3-2-4")
    save_weights(tmp_path, 1, np.zeros((3, 2)))
    check_kept(tmp_path, "3-2-4")
    assert read_network(tmp_path / NETWORK).sizes == (3, 2, 4)


def check_refused(folder: Path, message: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(message)}") as raised:
        check_kept(folder, "3-2-4")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_that_of_the_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NETWORK
    check_refused(tmp_path, f"{path}: no such network has been kept")
    path.write_bytes(b"junk")
    check_refused(tmp_path, f"{path}: not a saved network")
    path.write_bytes(nn.save(networks.network([3, 5, 4])))
    check_refused(tmp_path, f"{path}: is the network of another run: its sizes are 3-5-4")
    path.write_bytes(nn.save(networks.network([3, 2, 4])))
    save_weights(tmp_path, 7, np.zeros((2, 2)))
    check_refused(tmp_path, f"{tmp_path}: the weights after epoch 7 have the shape [2, 2], exp")
    (tmp_path / "weights" / "0007.npy").write_bytes(b"junk")
    check_refused(tmp_path, f"{tmp_path}/weights/0007.npy: is no file of weights, or damaged")
