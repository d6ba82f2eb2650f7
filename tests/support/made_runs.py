"""Commands that make given runs, taken apart into the runs that they make."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

import frames
import pandas as pd

Overrides = tuple[str, ...]


def frame_of(runs: Iterable[Overrides]) -> pd.DataFrame:
    return frames.frame([frames.run(*each) for each in runs])


def made_by(lines: Sequence[str]) -> Counter[str]:
    """Return the identities of the runs that commands make, and how often each is made."""
    return Counter(frames.identity_of(job) for line in lines for job in frames.jobs(line))


def identities(runs: Iterable[Overrides]) -> Counter[str]:
    return Counter(set(map(frames.identity_of, runs)))


def grid(*values: Sequence[str]) -> list[Overrides]:
    return list(product(*values))


def seeds(*numbers: int) -> list[str]:
    return [f"seed={number}" for number in numbers]
