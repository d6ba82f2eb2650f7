"""`experiments compare` on the runs of a study: its own table, or why there is none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from experiments.errors import UserError

if TYPE_CHECKING:
    import pandas as pd

    from experiments.results import Scope, SweepSummary


def check_has_ended(runs: pd.DataFrame, metric: str, sweep: SweepSummary | None) -> None:
    """Raise UserError if a study has no run yet that has the metric on the compared seeds.

    Its own command opens the test set: no other command should.
    """
    from experiments.comparison import compared_runs
    from experiments.results import RATE

    if sweep is None or sweep.study is None or metric not in runs:
        return
    if not sweep.study.rows:
        if sweep.study.tuned != [RATE]:
            raise UserError(f"the study {sweep.name} ends after tuning: it compares nothing")
        return
    compared = compared_runs(runs, sweep.study)
    if compared.empty or compared[metric].isna().all():
        raise UserError(
            f"the study {sweep.name} has not come to {metric} of its arms; it goes on with:"
            f" {sweep.command}"
        )


def seeds_sentence(sweep: SweepSummary) -> str:
    """Return how a study gets more seeds."""
    return (
        "A study chooses its own seeds, up to the most_seeds of its budget. Its command:"
        f" {sweep.command}"
    )


@contextlib.contextmanager
def naming_studies(
    source: Path | str, groups: Sequence[str], scope: Scope, *, all_runs: bool
) -> Iterator[list[str]]:
    """Yield sentences about the studies whose own table is another than that of ``all_runs``.

    If the comparison fails, its message begins with them.
    """
    sentences: list[str] = []
    try:
        if all_runs and len(groups) == 1:
            sentences.extend(_sentences(source, groups[0], scope))
        yield sentences
    except UserError as error:
        raise UserError("; ".join([*sentences, str(error)])) from None


def _sentences(source: Path | str, group: str, scope: Scope) -> Iterator[str]:
    from experiments.results import RATE, count_runs, sweeps

    for sweep in sweeps(source):
        if sweep.study is None or sweep.study.compared != group or not sweep.study.rows:
            continue
        n_swept, n_all = count_runs(source, sweep.id)
        if n_swept < n_all or sweep.study.tuned != [RATE]:
            command = scope.command("compare", group, "--sweep", sweep.id)
            yield f"the study {sweep.name} has a table of its own: {command}"
