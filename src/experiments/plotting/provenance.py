"""Show figures with the runs and commands that made them."""

import html
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd

from experiments.results import commands


@dataclass(frozen=True)
class Provenance:
    """The identities of runs, and the commands that make them. A notebook shows them folded."""

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
    """Show the figures drawn so far, and return the provenance of ``runs``.

    ``runs`` are rows of a frame as from `results.runs`.
    """
    plt.show()
    distinct = runs.drop_duplicates("identity")
    return Provenance(tuple(distinct["identity"]), tuple(commands(distinct)))
