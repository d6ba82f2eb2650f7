"""The report as an HTML page."""

import base64

import frames
import pandas as pd
import pytest
from nbformat import v4

from experiments.report.notebooks import PNG, Section
from experiments.report.page import page
from experiments.results import SweepSummary

SWEEP = SweepSummary(
    id="0123",
    name="loss=<mse>",
    command="python run.py -m 'loss=<mse>'",
    n_runs=3,
    time=0.0,
    store=None,
)
FIGURE = base64.b64encode(b"\x89PNG").decode()


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    return frames.frame([frames.run("seed=0"), frames.run("seed=1", status="diverged")])


def section(error: str = "") -> Section:
    outputs = [v4.new_output("display_data", {PNG: FIGURE, "text/plain": "a figure"})]
    if error:
        outputs.append(v4.new_output("error", ename="UserError", evalue=error, traceback=["line"]))
    cells = [
        v4.new_markdown_cell("# A heading\n\nSome text."),
        v4.new_code_cell("plot_secret()", outputs=outputs),
    ]
    return Section("example", v4.new_notebook(cells=cells), error)


def test_the_page_begins_with_the_sweep_and_its_runs(runs: pd.DataFrame) -> None:
    text = page([section()], runs, SWEEP)
    assert "<title>loss=&lt;mse&gt;</title>" in text
    assert "<p>2 runs: 1 diverged, 1 finished</p>" in text.replace(
        "1 finished, 1 diverged", "1 diverged, 1 finished"
    )
    assert "<pre>python run.py -m &#x27;loss=&lt;mse&gt;&#x27;</pre>" in text
    assert "1 of 3 runs have no record that can be read" in text


def test_the_page_of_all_runs_has_no_command(runs: pd.DataFrame) -> None:
    text = page([section()], runs, None)
    assert "<title>all runs</title>" in text
    assert "python run.py" not in text


def test_notebooks_are_shown_without_their_code(runs: pd.DataFrame) -> None:
    text = page([section(), section()], runs, SWEEP)
    assert text.count("A heading") >= 2
    assert text.count(f"data:image/png;base64,{FIGURE}") == 2
    assert "plot_secret" not in text
    assert 'class="error"' not in text


def test_an_error_is_shown_as_its_message_alone(runs: pd.DataFrame) -> None:
    text = page([section("run a & b")], runs, SWEEP)
    assert '<p class="error">run a &amp; b</p>' in text
    assert "UserError" not in text
