"""Which runs somebody looks at, and what else their source has: for messages about missing runs."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from experiments.configuration import experiments_command, in_home
from experiments.errors import UserError
from experiments.recording import is_sweep, outputs_of
from experiments.results.frames import OUTPUTS
from experiments.results.queries import runs
from experiments.results.settings import default_outputs
from experiments.results.sources import is_uri


@dataclass(frozen=True)
class Scope:
    """The runs of one sweep of a source, or all runs of the source if ``sweep`` is None.

    The source is None if it is not known.
    """

    source: Path | str | None
    sweep: str | None = None

    @classmethod
    def of(cls, source: Path | str, sweep: str | None = None) -> "Scope":
        """Return the scope of `runs` with the same arguments."""
        source = in_home(source)
        if is_uri(source):
            return cls(source, sweep)
        folder = Path(source).absolute()
        return cls(outputs_of(folder), folder.name) if is_sweep(folder) else cls(folder, sweep)

    @classmethod
    def of_frame(cls, frame: pd.DataFrame) -> "Scope":
        """Return the scope of runs of unknown selection: their outputs folder, if they share it."""
        folders = frame[OUTPUTS].dropna().unique() if OUTPUTS in frame else []
        return cls(Path(folders[0]) if len(folders) == 1 else None)

    @property
    def words(self) -> str:
        """Words that follow a statement about these runs: ` in sweep ID`, or nothing."""
        return f" in sweep {self.sweep}" if self.sweep else ""

    def all_runs(self) -> pd.DataFrame | None:
        """Return all runs of the source; None if these are all, or if they cannot be read."""
        if self.sweep is None or self.source is None:
            return None
        try:
            return runs(self.source)
        except UserError:
            return None

    def command(self, *words: str) -> str:
        """Return the command `experiments` with these words, about the same source."""
        return experiments_command(*words, *self._options())

    def _options(self) -> list[str]:
        if self.source is None:
            return []
        if is_uri(self.source):
            return ["--uri", str(self.source)]
        is_default = Path(self.source) == Path(default_outputs()).absolute()
        return [] if is_default else ["--outputs", str(self.source)]
