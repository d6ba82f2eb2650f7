"""The figures and tables that a report attaches to a sweep."""

from pathlib import Path

import pytest
from frames import arm, run
from subjects import subject

from experiments.comparison import FORMATS
from experiments.report.answers import answer
from experiments.report.document import document
from experiments.report.publish import write_figures, write_tables


@pytest.mark.stress
def test_every_figure_is_a_picture(tmp_path: Path) -> None:
    figures = document(subject([run("loss=ce")])).figures
    write_figures(figures, tmp_path / "here")
    written = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
    assert set(written) == {f"{each.name}.png" for each in figures}
    assert all(each.startswith(b"\x89PNG") for each in written.values())


def test_tables_are_written_for_the_groups_that_can_be_compared(tmp_path: Path) -> None:
    about = subject(arm("loss=ce", seeds=[0, 1]) + arm("loss=mse", seeds=[0, 1], at=0.91))
    answers = [answer(about, "loss"), answer(about, "optimizer")]
    write_tables(answers, tmp_path / "here")
    found = {path.name: path.read_text("utf-8") for path in (tmp_path / "here").iterdir()}
    compared = answers[0].comparison
    assert compared
    assert found == {f"loss.{suffix}": text(compared) for suffix, text in FORMATS.items()}


def test_no_folder_is_written_without_tables(tmp_path: Path) -> None:
    about = subject([run("loss=ce"), run("loss=mse")])
    write_tables([answer(about, "loss")], tmp_path / "here")
    assert not (tmp_path / "here").exists()
