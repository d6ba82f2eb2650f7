"""The commands that a table advises."""

from collections.abc import Sequence
from functools import cached_property
from typing import Protocol

import pandas as pd

from experiments.results import commands_if_known


class AdvisedRow(Protocol):
    """A row of a table that can ask for more runs."""

    @property
    def more_runs(self) -> pd.DataFrame:
        """The runs that would help to decide the row."""


class Advised:
    """A table whose ``rows`` can ask for more runs."""

    rows: Sequence[AdvisedRow]

    @property
    def commands(self) -> list[str]:
        """The commands that run all additional seeds that the rows recommend."""
        return self._advised[0]

    @property
    def no_commands(self) -> str:
        """Why there are no such commands; empty if there are some, or if none is needed."""
        return self._advised[1]

    @cached_property
    def _advised(self) -> tuple[list[str], str]:
        return commands_if_known(pd.concat([row.more_runs for row in self.rows]))
