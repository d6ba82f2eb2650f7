"""The network and the first-layer weights that a run has kept: find the run, and read its files."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from experiments.errors import UserError
from experiments.recording import NETWORK, load_weights, read_file
from nn import Network, load, sizes_of


def identities_of(prefixes: Sequence[str], runs: pd.DataFrame, source: Path | str) -> list[str]:
    """Return the identity of the run that is meant by the first characters of each.

    ``runs`` are all runs that can be meant. Raise UserError if none or more than one is meant.
    """
    return [_identity_of(prefix, list(runs["identity"]), source) for prefix in prefixes]


def _identity_of(prefix: str, known: Sequence[str], source: Path | str) -> str:
    found = [each for each in known if each.startswith(prefix)]
    if prefix in found:
        return prefix
    if len(found) > 1:
        raise UserError(
            f"{prefix}: {len(found)} runs match, expected one; known identities: {', '.join(found)}"
        )
    if not found:
        raise UserError(
            f"{prefix}: none of these {len(known)} runs in {source} has this identity; they are"
            f" {', '.join(known)}"
        )
    return found[0]


def read_network(path: Path) -> Network:
    """Return the network in a file. Raise UserError if it is none."""
    try:
        return load(read_file(path))
    except ValueError as error:
        raise UserError(f"{path}: {error}") from None


def check_kept(folder: Path, architecture: str) -> None:
    """Raise UserError, naming the file, if the network or the weights of a run are not its own.

    ``folder`` is the folder of the run, ``architecture`` the sizes of its layers: `784-30-10`.
    """
    if not (folder / NETWORK).exists():
        raise UserError(f"{folder / NETWORK}: no such network has been kept")
    try:
        sizes = sizes_of(read_file(folder / NETWORK))
    except ValueError as error:
        raise UserError(f"{folder / NETWORK}: {error}") from None
    if (found := "-".join(map(str, sizes))) != architecture:
        raise UserError(
            f"{folder / NETWORK}: is the network of another run: its sizes are {found}, expected"
            f" {architecture}"
        )
    for epoch, weights in load_weights(folder).items():
        if weights.shape != (sizes[0], sizes[1]):
            raise UserError(
                f"{folder}: the weights after epoch {epoch} have the shape {list(weights.shape)},"
                f" expected [{sizes[0]}, {sizes[1]}]"
            )
