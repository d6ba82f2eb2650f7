"""The files of a replication: measured values and verdicts as CSV, the page, and its figures."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from experiments.configuration import Preset
from experiments.errors import ConfigError
from experiments.recording import write_atomically
from experiments.replicating.conduct import Outcome
from experiments.replicating.figures import draw, figure_names
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.page import OVERVIEW, Section, page
from experiments.replicating.table import Row, table

CSV, CLAIMS, PAGE = "replication.csv", "replication_claims.csv", "replication.md"
FIGURES = "replication"
NUMBERS = {
    **dict.fromkeys(("case", "digits", "best_of"), int),
    **dict.fromkeys(("published", "seed", "value"), float),
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
    measured = _merged(folder / CSV, measured, outcomes)
    claims = _merged(folder / CLAIMS, _claims(outcomes), outcomes)
    rows = table(measured, presets)
    write_atomically(folder / CSV, measured.to_csv(index=False).encode())
    write_atomically(folder / CLAIMS, claims.to_csv(index=False).encode())
    draw(rows, presets, folder / FIGURES, {name: each.trained for name, each in outcomes.items()})
    sections = _sections(measured, claims, presets, folder / FIGURES)
    missing = [name for name in presets if name not in sections]
    write_atomically(folder / PAGE, page(sections, FIGURES, missing).encode())
    return [row for row in rows if row.preset in outcomes]


def check_presets(folder: Path, presets: Mapping[str, Preset]) -> None:
    """Raise ConfigError if a folder has results of presets that are not among ``presets``.

    They could not be shown on its page.
    """
    others = sorted({*_before(folder / CSV)["preset"]} - {*presets})
    if others:
        raise ConfigError(
            f"--to={folder}: has results of {', '.join(others)}, which is not in conf/replicate;"
            " choose another folder, or name its --config-dir"
        )


def fewer_seeds(folder: Path, name: str, outcome: Outcome) -> str:
    """Return a line if a folder has results of a preset on more seeds, which are replaced.

    It is empty if there are none.
    """
    before = _before(folder / CSV)
    n_before = before[before["preset"] == name]["seed"].nunique()
    n_new = outcome.measured["seed"].nunique()
    if n_before <= n_new:
        return ""
    return f"{name}: the results on {n_before} seeds in {folder / CSV} are replaced, by {n_new}"


def _claims(outcomes: Mapping[str, Outcome]) -> pd.DataFrame:
    """Return the verdicts about the sentences of texts as a frame."""
    lines = [
        {"preset": name, **asdict(each), "answer": each.answer.value}
        for name, outcome in outcomes.items()
        for each in outcome.hypotheses
    ]
    return pd.DataFrame(lines, columns=["preset", "says", "answer", "reason"])


def _merged(file: Path, new: pd.DataFrame, presets: Mapping[str, Outcome]) -> pd.DataFrame:
    """Return the lines of a file about other presets, and the new ones."""
    before = _before(file)
    others = before[~before["preset"].isin(list(presets))]
    both = pd.concat([each for each in (others, new) if len(each)] or [new], ignore_index=True)
    return both.sort_values("preset", kind="stable", ignore_index=True)


def _before(file: Path) -> pd.DataFrame:
    """Return the lines of a file; none if it does not exist.

    Raise ConfigError if it is no file of a replication.
    """
    if not file.exists():
        return pd.DataFrame(columns=["preset", "seed"])
    try:
        lines = pd.read_csv(file, dtype=str, keep_default_na=False)
        numbers = {column: kind for column, kind in NUMBERS.items() if column in lines}
        lines = lines.replace({key: {"": "nan"} for key in numbers}).astype(numbers)
    except ValueError as error:
        raise ConfigError(f"{file}: is damaged ({error}); move it away") from None
    if "preset" not in lines:
        raise ConfigError(f"{file}: is not of a replication; move it away")
    return lines


def _sections(
    measured: pd.DataFrame, claims: pd.DataFrame, presets: Mapping[str, Preset], figures: Path
) -> dict[str, Section]:
    """Return the section of each preset that has results."""
    rows = table(measured, presets)
    drawn = {path.stem for path in figures.glob("*.png")}
    return {
        name: Section(
            preset=presets[name],
            rows=[row for row in rows if row.preset == name],
            hypotheses=_hypotheses(claims[claims["preset"] == name]),
            made=_made(measured[measured["preset"] == name]),
            figures=[each for each in (OVERVIEW, *figure_names(name)) if each in drawn],
        )
        for name in sorted({*measured["preset"], *claims["preset"]} & {*presets})
    }


def _hypotheses(claims: pd.DataFrame) -> list[Hypothesis]:
    lines = claims[["says", "answer", "reason"]].itertuples(index=False)
    return [Hypothesis(says, Answer(answer), reason) for says, answer, reason in lines]


def _made(measured: pd.DataFrame) -> str:
    """Return on how many seeds the runs of a preset were done, and with which other options."""
    seeds = measured["seed"].nunique()
    options = " and ".join(f"`{each}`" for each in measured["overrides"].unique() if each)
    number = f"{seeds} seed{'' if seeds == 1 else 's'}"
    return f"{number}{f', with {options}' if options else ''}." if seeds else ""
