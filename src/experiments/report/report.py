"""The notebooks, executed on a user's own runs, as one HTML file that needs nothing else."""

import base64
import html
import os
import shutil
import signal
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from experiments.comparison.comparison import CHOICES, compare
from experiments.comparison.verdicts import FORMATS, missing_runs
from experiments.configuration.config import PROJECT
from experiments.errors import UserError
from experiments.recording import atomic
from experiments.results import results

NOTEBOOKS = PROJECT / "notebooks"
PARAMETERS = "parameters"
"""The tag of the cell that says what a notebook is about."""
TIMEOUT = 600  # seconds for a cell
PNG = "image/png"
INLINE = "module://matplotlib_inline.backend_inline"
"""Where a notebook's figures go, whatever the environment says."""
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
.refusal { border-left: 5px solid #d55e00; padding: .4rem 1rem; background: #fdf3ec; }
.anchor-link { display: none; }
"""


@dataclass
class Section:
    """A notebook, executed as far as it went."""

    name: str
    notebook: Any
    refusal: str = ""  # why it could not go on, for the user

    @property
    def figures(self) -> Iterator[bytes]:
        """The pictures in its outputs, as PNG."""
        for cell in self.notebook.cells:
            for output in cell.get("outputs", ()):
                if PNG in output.get("data", {}):
                    yield base64.b64decode(output["data"][PNG])


def publish(source: Path | str, sweep: Mapping[str, Any] | None, folder: Path) -> list[str]:
    """Write a report of a sweep, or of all runs without one, and attach it to the sweep in MLflow.

    It goes to ``folder``, under the sweep's id. Its figures and the tables of all comparisons that
    the runs allow are attached beside it. Returns in words what was done. Raises UserError if there
    are no runs.
    """
    runs = results.runs(source, sweep=sweep["id"] if sweep else None)
    sections = _execute_all({"source": _plain(source), "sweep": sweep["id"] if sweep else None})
    if all(each.refusal for each in sections):
        raise UserError(sections[0].refusal)
    path = folder / f"{sweep['id'] if sweep else 'all'}.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic.write(path, page(sections, runs, sweep).encode())
    said = [f"{each.name}: {each.refusal}" for each in sections if each.refusal]
    said += filter(None, [missing_runs(runs, sweep)])
    said.append(f"Report of {len(runs)} runs: {path}")
    if sweep and sweep["store"]:
        said.append(_attach(sweep, path, sections, runs))
    return said


def _attach(
    sweep: Mapping[str, Any], path: Path, sections: Sequence[Section], runs: pd.DataFrame
) -> str:
    from experiments.results.mlflow_store import attach

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        shutil.copy(path, folder / "report.html")
        for section in sections:
            for number, figure in enumerate(section.figures, 1):
                name = folder / "figures" / f"{section.name}-{number}.png"
                name.parent.mkdir(exist_ok=True)
                name.write_bytes(figure)
        for group in CHOICES:
            with suppress(UserError):  # not more than one arm
                table = compare(runs, group)
                for suffix, to_text in FORMATS.items():
                    name = folder / "tables" / f"{group}.{suffix}"
                    name.parent.mkdir(exist_ok=True)
                    name.write_text(to_text(table))
        attached = attach(sweep["store"], sweep["id"], folder)
    where = f"the sweep's run in MLflow ({sweep['store']})"
    return f"Attached to {where}" if attached else f"Not attached: there is no {where}"


def _execute_all(parameters: Mapping[str, object]) -> list[Section]:
    """Execute all notebooks at once, each in a process of its own."""
    with ThreadPoolExecutor() as pool:
        try:
            return list(
                pool.map(partial(execute, parameters=parameters), sorted(NOTEBOOKS.glob("*.ipynb")))
            )
        except KeyboardInterrupt:
            os._exit(128 + signal.SIGINT)  # their processes notice; waiting would last longer


def execute(notebook: Path, parameters: Mapping[str, object]) -> Section:
    """Execute a notebook with other ``parameters`` than stand in it."""
    section = Section(notebook.stem, nbformat.reads(notebook.read_text(), as_version=4))
    for cell in section.notebook.cells:
        if "outputs" in cell:
            cell.outputs = []  # those committed are of other runs
        if PARAMETERS in cell.metadata.get("tags", ()):
            cell.source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    client = NotebookClient(
        section.notebook,
        timeout=TIMEOUT,
        resources={"metadata": {"path": str(notebook.parent)}},
        extra_arguments=["--log-level=ERROR"],  # a kernel warns of its own loopback port
    )
    try:
        client.execute(env={**os.environ, "MPLBACKEND": INLINE})
    except CellExecutionError as error:
        if error.ename not in _user_errors():
            raise
        section.refusal = error.evalue
    return section


def _user_errors() -> set[str]:
    return {UserError.__name__, *(each.__name__ for each in UserError.__subclasses__())}


def _plain(source: Path | str) -> str:
    return str(source.absolute()) if isinstance(source, Path) else source


def page(sections: Sequence[Section], runs: pd.DataFrame, sweep: Mapping[str, Any] | None) -> str:
    """Return the report as HTML: what it is about, then every notebook without its code."""
    exporter = HTMLExporter(
        template_name="basic",
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
    )
    parts = []
    for section in sections:
        body, _ = exporter.from_notebook_node(_without_errors(section.notebook))
        parts.append(body)
        if section.refusal:
            parts.append(f'<p class="refusal">{html.escape(section.refusal)}</p>')
    title = sweep["name"] if sweep else "all runs"
    command = f"<pre>{html.escape(sweep['command'])}</pre>" if sweep else ""
    counts = ", ".join(f"{n} {status}" for status, n in runs["status"].value_counts().items() if n)
    return "\n".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>",
            f"<body><p>{len(runs)} runs: {counts}</p>{command}",
            f"<p>{html.escape(missing_runs(runs, sweep))}</p>",
            *parts,
            "</body></html>\n",
        ]
    )


def _without_errors(notebook: Any) -> Any:
    """Return a notebook without the outputs that are errors: what a refusal says stands below."""
    for cell in notebook.cells:
        if "outputs" in cell:
            cell.outputs = [each for each in cell.outputs if each.output_type != "error"]
    return notebook
