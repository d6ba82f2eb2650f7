"""The results of a study as files."""

import csv
from pathlib import Path

import pytest
from synthetic_study import AXIS, PRICE, World, better, budget, conducted, confirmed, study

from experiments.comparison import FORMATS
from experiments.results import RATE
from experiments.studying import Outcome, Study, publish
from experiments.studying.publish import _tuning_runs

OPENED = "The study losses has opened the test set of these data once."
TABLES = {"verdicts.md", "verdicts.csv", "tuning.md", "tuning.csv"}
MADE = study(
    blocks={"architecture": ["784-30-10", "784-20-10-10"]},
    tune={RATE: AXIS, "l2": {"low": 0, "high": 1, "points": 3, "scale": "linear"}},
    budgets=budget(tuning_epochs=12 * PRICE),
)


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    """A study with two blocks and two tuned options."""
    return conducted(MADE, World(better("ce", by=0.02)))


def published(made: Study, outcome: Outcome, folder: Path) -> dict[str, bytes]:
    publish(made, outcome, folder, openings=OPENED)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_tables_and_figures_are_written(outcome: Outcome, tmp_path: Path) -> None:
    files = published(MADE, outcome, tmp_path / "new" / "results")
    figures = {"tuning_learning_rate", "tuning_l2", "paired_differences", "rounds", "superiority"}
    assert set(files) == {*TABLES, *(f"{name}.png" for name in figures)}
    assert all(files[f"{name}.png"].startswith(b"\x89PNG") for name in figures)
    assert files["verdicts.csv"].decode() == FORMATS["csv"](confirmed(outcome).comparison)


def test_the_texts_have_the_verdicts_the_openings_and_the_tuning(
    outcome: Outcome, tmp_path: Path
) -> None:
    files = published(MADE, outcome, tmp_path)
    verdicts, tuning = (files[name].decode() for name in ("verdicts.md", "tuning.md"))
    assert verdicts.startswith(f"# Verdicts: losses (small)\n\n{OPENED}\n\n")
    assert FORMATS["md"](confirmed(outcome).comparison).strip() in verdicts
    assert tuning.startswith("# Tuning: losses (small)\n\n")
    assert [tuning.count(f"| {name} ") for name in ("784-30-10", "784-20-10-10")] == [2, 2]
    rows = list(csv.DictReader(files["tuning.csv"].decode().splitlines()))
    best = [search.best for search in outcome.searches.values()]
    assert [(float(row[RATE]), float(row["l2"])) for row in rows] == best


def test_a_study_without_confirmation_has_no_verdicts(tmp_path: Path) -> None:
    made = study(budgets=budget(most_seeds=0))
    tuned = conducted(made, World(better("ce", by=0.02)))
    files = published(made, tuned, tmp_path)
    assert set(files) == {"tuning.md", "tuning.csv", "tuning_learning_rate.png"}


def test_a_study_that_is_published_again_has_the_same_tables(
    outcome: Outcome, tmp_path: Path
) -> None:
    first = published(MADE, outcome, tmp_path)
    second = published(MADE, outcome, tmp_path)
    assert first.keys() == second.keys()
    assert all(first[name] == second[name] for name in TABLES)


def test_the_tuning_runs_of_an_axis_lie_on_a_line_through_the_chosen_values(
    outcome: Outcome,
) -> None:
    for number, other in enumerate(("l2", RATE)):
        shown = _tuning_runs(MADE, outcome, number)
        groups = shown.groupby(["condition", "arm"], observed=True)
        assert len(groups) == len(MADE.cells)
        for _, same in groups:
            assert same[other].nunique() == 1
            assert same[same["chosen"]]["seed"].tolist() == [0, 1]
    assert set(shown["identity"]).isdisjoint(confirmed(outcome).identities)
