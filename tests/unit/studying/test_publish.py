"""The results of a study as files."""

from pathlib import Path

import pytest
from synthetic_study import AXIS, PRICE, World, better, budget, conducted, study

from experiments.comparison import FORMATS
from experiments.results import RATE
from experiments.studying import Outcome, Study, publish
from experiments.studying.publish import _tuning_runs

OPENED = "The study losses has opened the test set of these data once."
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
    assert set(files) == {"verdicts.md", "verdicts.csv", *(f"{name}.png" for name in figures)}
    assert all(files[f"{name}.png"].startswith(b"\x89PNG") for name in figures)
    assert files["verdicts.csv"].decode() == FORMATS["csv"](outcome.comparison)


def test_the_text_has_the_verdicts_the_tuning_and_the_openings(
    outcome: Outcome, tmp_path: Path
) -> None:
    text = published(MADE, outcome, tmp_path)["verdicts.md"].decode()
    assert text.startswith(f"# losses (small)\n\n{OPENED}\n\n## Verdicts\n")
    assert FORMATS["md"](outcome.comparison).strip() in text
    tuning = text.partition("## Tuning")[2]
    assert [tuning.count(f"| {name} ") for name in ("784-30-10", "784-20-10-10")] == [2, 2]


def test_a_study_that_is_published_again_has_the_same_tables(
    outcome: Outcome, tmp_path: Path
) -> None:
    first = published(MADE, outcome, tmp_path)
    second = published(MADE, outcome, tmp_path)
    assert first.keys() == second.keys()
    assert all(first[name] == second[name] for name in ("verdicts.md", "verdicts.csv"))


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
    assert set(shown["identity"]).isdisjoint(outcome.compared)
