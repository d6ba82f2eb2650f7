"""What a figure was made from: below it stand its runs and the commands that make them."""

import html
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd

from experiments.results.commands import commands


@dataclass(frozen=True)
class Provenance:
    """Runs, by identity, and the commands that do them; a notebook shows it folded."""

    identities: tuple[str, ...]
    commands: tuple[str, ...]

    def _repr_html_(self) -> str:
        lines = "\n".join(html.escape(command) for command in self.commands)
        return (
            f"<details><summary>{self._summary()}</summary>"
            f"<pre>{lines}</pre><p><code>{' '.join(self.identities)}</code></p></details>"
        )

    def __repr__(self) -> str:
        return "\n".join([self._summary(), *self.commands, " ".join(self.identities)])

    def _summary(self) -> str:
        counted = [(len(self.identities), "run"), (len(self.commands), "command")]
        return " made by ".join(f"{n} {word}{'s' * (n != 1)}" for n, word in counted)


def made_from(runs: pd.DataFrame) -> Provenance:
    """Show the figures drawn so far, and return that they were made from ``runs``.

    These are rows of `experiments.results.results.runs`.
    """
    plt.show()
    identities = tuple(dict.fromkeys(runs["identity"]))
    distinct = runs.drop_duplicates("identity")
    return Provenance(identities, tuple(commands(distinct)))
