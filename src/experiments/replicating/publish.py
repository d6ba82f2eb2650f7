"""The files of a replication: measured values and verdicts as CSV, and the page in Markdown."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from experiments.configuration import Preset
from experiments.recording import write_atomically
from experiments.replicating.conduct import Outcome
from experiments.replicating.figures import draw
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.page import page
from experiments.replicating.table import Row, table

CSV, CLAIMS, PAGE = "replication.csv", "replication_claims.csv", "replication.md"
FIGURES = "replication"
NUMBERS = {
    "case": int,
    "published": float,
    "digits": int,
    "best_of": int,
    "seed": float,
    "value": float,
}
"""The columns of measured values that are no text."""


def publish(
    outcomes: Mapping[str, Outcome], presets: Mapping[str, Preset], folder: Path
) -> list[Row]:
    """Write the files to a folder, which is created; return the rows of ``outcomes``.

    What the folder has about other presets stays. The intervals are those of the whole table.
    Raise OSError if the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    measured = pd.concat([each.measured for each in outcomes.values()], ignore_index=True)
    claims = pd.DataFrame(
        [
            {"preset": name, **asdict(each), "answer": each.answer.value}
            for name, outcome in outcomes.items()
            for each in outcome.hypotheses
        ],
        columns=["preset", "says", "answer", "reason"],
    )
    measured = _merged(folder / CSV, measured, outcomes)
    claims = _merged(folder / CLAIMS, claims, outcomes)
    rows = table(measured)
    write_atomically(folder / CSV, measured.to_csv(index=False).encode())
    write_atomically(folder / CLAIMS, claims.to_csv(index=False).encode())
    draw(rows, presets, folder / FIGURES, {name: each.trained for name, each in outcomes.items()})
    write_atomically(folder / PAGE, page(rows, _hypotheses(claims), presets).encode())
    return [row for row in rows if row.preset in outcomes]


def _merged(file: Path, new: pd.DataFrame, presets: Mapping[str, Outcome]) -> pd.DataFrame:
    """Return the lines of a file about other presets, and the new ones."""
    if not file.exists():
        return new
    before = pd.read_csv(file, dtype=str, keep_default_na=False)
    numbers = {column: kind for column, kind in NUMBERS.items() if column in before}
    before = before.replace({key: {"": "nan"} for key in numbers}).astype(numbers)
    others = before[~before["preset"].isin(list(presets))]
    both = pd.concat([each for each in (others, new) if len(each)] or [new], ignore_index=True)
    return both.sort_values("preset", kind="stable", ignore_index=True)


def _hypotheses(claims: pd.DataFrame) -> dict[str, list[Hypothesis]]:
    """Return the verdicts about the sentences of each preset."""
    found: dict[str, list[Hypothesis]] = {}
    for _, row in claims.iterrows():
        answer = Answer(row["answer"])
        found.setdefault(row["preset"], []).append(Hypothesis(row["says"], answer, row["reason"]))
    return found
