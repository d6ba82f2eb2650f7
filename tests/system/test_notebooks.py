"""The notebooks: executed again, they show the committed outputs; they train nothing."""

import ast
import shutil
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from harness import PROJECT, Program

NOTEBOOKS = PROJECT / "notebooks"
SOURCES = {
    "quadratic_vs_cross_entropy": "quadratic_vs_cross_entropy",
    "sgd_vs_adam": "sgd_vs_adam",
    "weights_and_mistakes": "sgd_vs_adam",
}
"""The folder of the committed results that each notebook shows."""
NAMES = tuple(SOURCES)
JUPYTER = Path(sys.executable).with_name("jupyter")
ROOMS = {"comparison", "plotting", "results"}
"""The rooms that a notebook imports: they analyse runs and train nothing."""
TEXTS = ("text/plain", "text/html", "text/markdown")
PNG = "image/png"

Notebook = Any
EVERY_NOTEBOOK = pytest.mark.parametrize("name", NAMES)


def read(folder: Path, name: str) -> Notebook:
    return nbformat.reads((folder / f"{name}.ipynb").read_text(encoding="utf-8"), as_version=4)


def code_cells(notebook: Notebook) -> list[Notebook]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(cell: Notebook) -> list[Mapping[str, Any]]:
    """Return the outputs of a cell: texts as they are, and true for a figure."""
    found = []
    for output in cell.outputs:
        assert output.output_type in ("display_data", "execute_result"), output
        assert set(output.data) <= {*TEXTS, PNG}
        texts = {kind: value for kind, value in output.data.items() if kind != PNG}
        found.append({**texts, PNG: PNG in output.data})
    return found


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks")


@cache
def executed(name: str, base: Path) -> Notebook:
    """Return a notebook that was executed in a copy of its folder, as a user executes it."""
    folder = base / name
    shutil.copytree(NOTEBOOKS, folder, ignore=lambda _, names: {*names} & {".ipynb_checkpoints"})
    notebook = read(folder, name)
    for cell in code_cells(notebook):  # so that no committed output is left
        cell.outputs, cell.execution_count = [], None
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    command = [JUPYTER, "execute", "--inplace", path]
    with Program(command, base / f"{name}.log", cwd=base) as program:  # from another folder
        assert program.wait() == 0, program.output
    return read(folder, name)


def test_there_are_no_other_notebooks() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == sorted(NAMES)


@EVERY_NOTEBOOK
def test_a_notebook_is_committed_with_the_outputs_of_all_cells(name: str) -> None:
    cells = code_cells(read(NOTEBOOKS, name))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    without = [cell.source for cell in cells if not cell.outputs]
    assert without == [parameters(name).source]


@pytest.mark.stress
@EVERY_NOTEBOOK
def test_an_executed_notebook_has_the_committed_outputs(base: Path, name: str) -> None:
    committed, found = read(NOTEBOOKS, name), executed(name, base)
    for before, after in zip(code_cells(committed), code_cells(found), strict=True):
        assert outputs(after) == outputs(before), before.source


@EVERY_NOTEBOOK
def test_below_every_figure_is_its_provenance(name: str) -> None:
    n_figures = 0
    for cell in code_cells(read(NOTEBOOKS, name)):
        shown = outputs(cell)
        figures = [each for each in shown if each[PNG]]
        n_figures += len(figures)
        if figures:
            *_, last = shown
            assert "<details>" in last["text/html"]
            assert "python run.py -m " in last["text/plain"]
    assert n_figures >= 4


@EVERY_NOTEBOOK
def test_a_notebook_reads_the_committed_results(name: str) -> None:
    settings = dict(assignments(parameters(name).source))
    assert settings == {"source": SOURCES[name], "sweep": None}
    assert (NOTEBOOKS / SOURCES[name] / "runs.parquet").is_file()
    assert (NOTEBOOKS / SOURCES[name] / "epochs.parquet").is_file()


def parameters(name: str) -> Notebook:
    """Return the cell that says which runs a notebook shows."""
    (found,) = [
        cell
        for cell in code_cells(read(NOTEBOOKS, name))
        if "parameters" in cell.metadata.get("tags", ())
    ]
    return found


def assignments(source: str) -> Iterator[tuple[str, Any]]:
    for statement in ast.parse(source).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        yield target.id, ast.literal_eval(statement.value)


@EVERY_NOTEBOOK
def test_the_cells_of_a_notebook_only_call_functions_that_analyse_runs(name: str) -> None:
    """Functions, loops, training and shell commands in a notebook would be without a test."""
    for cell in code_cells(read(NOTEBOOKS, name)):
        tree = ast.parse(cell.source)  # a shell command or a magic is a syntax error
        allowed = (ast.Assign, ast.Expr, ast.ImportFrom)
        assert all(isinstance(each, allowed) for each in tree.body), cell.source
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Import | ast.Lambda | ast.comprehension), cell.source
            if isinstance(node, ast.ImportFrom):
                names = {each.name for each in node.names}
                imports = {"experiments": ROOMS, "IPython.display": {"Markdown"}}
                assert names <= imports[str(node.module)]


def test_no_path_of_the_machine_is_committed() -> None:
    for path in [*NOTEBOOKS.glob("*.ipynb")]:
        text = path.read_text(encoding="utf-8")
        for word in (str(PROJECT), str(Path.home()) + "/", "file://"):
            assert word not in text, f"{path.name}: {word}"


def test_the_committed_files_are_small() -> None:
    """Everyone who clones the project downloads them. Figures are the largest part."""
    total = sum(path.stat().st_size for path in NOTEBOOKS.rglob("*") if path.is_file())
    assert total < 13e6
