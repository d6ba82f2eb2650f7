"""The figures and tables that a report attaches to a sweep."""

import base64
from pathlib import Path

import frames
from nbformat import v4

from experiments.comparison import FORMATS, compare
from experiments.report.notebooks import PNG, Section
from experiments.report.publish import write_figures, write_tables


def section(name: str, *figures: bytes) -> Section:
    outputs = [
        v4.new_output("display_data", {PNG: base64.b64encode(figure).decode()})
        for figure in figures
    ]
    return Section(name, v4.new_notebook(cells=[v4.new_code_cell(outputs=outputs)]))


def test_figures_are_numbered_in_each_notebook(tmp_path: Path) -> None:
    write_figures([section("a", b"1", b"2"), section("b", b"3"), section("c")], tmp_path / "here")
    found = {path.name: path.read_bytes() for path in (tmp_path / "here").iterdir()}
    assert found == {"a-1.png": b"1", "a-2.png": b"2", "b-1.png": b"3"}


def test_tables_are_written_for_the_groups_that_can_be_compared(tmp_path: Path) -> None:
    runs = frames.frame(
        frames.arm("loss=ce", seeds=[0, 1])
        + frames.arm("loss=mse", seeds=[0, 1], at=0.91)
        + [frames.run("loss=ce", "optimizer=adam", "seed=5")]  # without a second seed
    )
    write_tables(runs, tmp_path / "here")
    found = {path.name: path.read_text("utf-8") for path in (tmp_path / "here").iterdir()}
    compared = compare(runs, "loss")
    assert found == {f"loss.{suffix}": text(compared) for suffix, text in FORMATS.items()}


def test_arms_may_differ_in_options_only(tmp_path: Path) -> None:
    runs = frames.arm("optimizer=adam", seeds=[0, 1])
    runs += frames.arm("optimizer=adam", "optimizer.beta1=0.5", seeds=[0, 1])
    write_tables(frames.frame(runs), tmp_path / "here")
    assert (tmp_path / "here" / "optimizer.csv").exists()


def test_no_folder_is_written_without_tables(tmp_path: Path) -> None:
    write_tables(frames.frame(frames.arm("loss=ce", seeds=[0, 1])), tmp_path / "here")
    assert not (tmp_path / "here").exists()
