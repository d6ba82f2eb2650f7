"""The report as one HTML page: the runs that it is about, then each notebook without its code."""

import html
from collections.abc import Sequence
from typing import Any

import pandas as pd
from nbconvert import HTMLExporter

from experiments.comparison import missing_runs, status_counts
from experiments.report.notebooks import Section
from experiments.results import SweepSummary

STYLE = """
body { font: 17px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff; }
h1 { border-top: 3px solid #0072b2; padding-top: .6rem; margin-top: 3rem; }
img { max-width: 100%; height: auto; }
table { border: 0; border-collapse: collapse; font-size: 14px; display: block; overflow-x: auto; }
th, td { padding: .25rem .6rem; border: 0; border-bottom: 1px solid #ddd; text-align: right; }
pre, code { font-size: 13px; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { background: #f5f5f5; padding: .6rem; }
details { color: #444; margin-bottom: 1.5rem; }
.error { border-left: 5px solid #d55e00; padding: .4rem 1rem; background: #fdf3ec; }
.anchor-link { display: none; }
"""


def page(sections: Sequence[Section], runs: pd.DataFrame, sweep: SweepSummary | None) -> str:
    """Return the report of a sweep, or of all runs, as the text of an HTML file."""
    title = html.escape(sweep.name if sweep else "all runs")
    command = f"<pre>{html.escape(sweep.command)}</pre>" if sweep else ""
    lines = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        f"<title>{title}</title><style>{STYLE}</style></head>",
        f"<body><p>{len(runs)} runs: {status_counts(runs)}</p>{command}",
        f"<p>{html.escape(missing_runs(runs, sweep))}</p>",
    ]
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    for section in sections:
        body, _ = exporter.from_notebook_node(_without_tracebacks(section.notebook))
        lines.append(body)
        if section.error:
            lines.append(f'<p class="error">{html.escape(section.error)}</p>')
    return "\n".join([*lines, "</body></html>\n"])


def _without_tracebacks(notebook: Any) -> Any:
    """Remove the outputs that are errors from a notebook, because the page has the message."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [each for each in cell.outputs if each.output_type != "error"]
    return notebook
