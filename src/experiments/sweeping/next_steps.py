"""The commands that a sweep recommends at its end."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from experiments.configuration import GROUPS, experiments_command, group_of
from experiments.recording import METRICS

ID = 8
"""Characters of a sweep's id that are enough to tell sweeps apart."""


def next_steps(
    folder: Path,
    outputs: Path,
    parameters: Sequence[Mapping[str, object]],
    words: Sequence[str],
    *,
    closed: bool,
) -> list[str]:
    """Return lines with commands that answer questions about a sweep, recorded in ``folder``.

    ``parameters`` are those of its finished runs, and ``words`` the overrides of the command line.
    With ``closed`` test sets the arms are compared on the validation set.
    """
    if not parameters:
        return []
    where = ["--sweep", folder.name[:ID]]
    if any(group_of(word) == "outputs" for word in words):
        where += ["--outputs", str(outputs)]
    lines = []
    compared = _compared(parameters)
    if compared:
        metric = ["--metric", METRICS[-1]] if closed else []
        command = experiments_command("compare", compared, *where, *metric)
        lines.append(f"Which is better:       {command}")
    lines.append(f"Figures and verdicts:  {experiments_command('report', *where)}")
    return lines


def _compared(parameters: Sequence[Mapping[str, object]]) -> str | None:
    """Return the first group with several choices; None if there is none.

    Networks come last: they are mostly what arms are compared on.
    """
    groups = sorted(GROUPS, key=lambda key: key == "architecture")
    several = (key for key in groups if len({each.get(key) for each in parameters}) > 1)
    return next((key for key in several if key != "dataset"), None)
