"""The files of a replication."""

import math
from pathlib import Path

import measured
import pandas as pd

from experiments.configuration import Preset
from experiments.replicating.conduct import Outcome
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.publish import publish

SENTENCE = Hypothesis("deeper is better", Answer.HOLDS, "b minus a: +2.00 points")
FILES = {"replication.csv", "replication_claims.csv", "replication.md", "replication"}


def presets() -> dict[str, Preset]:
    described = {"title": "a title", "source": "a book", "numbers": [{"metric": "x"}]}
    return {name: Preset.of(described) for name in ("p", "q")}


def outcome(preset: str, *sentences: Hypothesis, published: float | None = 95.42) -> Outcome:
    frame = measured.number(preset=preset, published=published, open='a, "b"')
    return Outcome(frame, list(sentences))


def test_the_files_have_numbers_sentences_and_figures(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    (row,) = publish({"p": outcome("p", SENTENCE)}, presets(), folder)
    assert row.preset == "p"
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path.name for path in (folder / "replication").iterdir()] == ["differences.png"]
    page = (folder / "replication.md").read_text()
    assert "## p\n\na title. 5 seeds. Source: a book.\n" in page
    ours = "95.20 [94.71, 95.69] | 95.00 to 95.40 | [94.71, 95.69]"
    assert f"| test/accuracy, last epoch | 95.42 | {ours} | agrees |" in page
    assert "| deeper is better | holds | b minus a: +2.00 points |" in page


def test_a_part_keeps_what_the_files_have_about_other_presets(tmp_path: Path) -> None:
    first = outcome("q", SENTENCE, published=None)
    first.measured.loc[0, "value"] = math.nan
    publish({"q": first}, presets(), tmp_path)
    rows = publish({"p": outcome("p")}, presets(), tmp_path)
    assert [row.preset for row in rows] == ["p"]
    page = (tmp_path / "replication.md").read_text()
    assert page.index("## p") < page.index("## q")
    assert "| deeper is better | holds |" in page
    kept = pd.read_csv(tmp_path / "replication.csv", keep_default_na=False)
    assert list(kept["preset"]) == ["p"] * 5 + ["q"] * 5
    assert kept["value"].iloc[5] == ""
    assert set(kept["open"]) == {'a, "b"'}


def test_a_preset_that_is_done_again_replaces_its_lines(tmp_path: Path) -> None:
    publish({"p": outcome("p", SENTENCE)}, presets(), tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
    publish({"p": outcome("p", SENTENCE)}, presets(), tmp_path)
    assert before == {path.name: path.read_bytes() for path in tmp_path.glob("*.csv")}
