"""The notebooks: executed again, they show the committed outputs, and train nothing."""

import ast
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import nbformat
import pytest
from harness import PROJECT, Program

NOTEBOOKS = PROJECT / "notebooks"
NAMES = ("quadratic_vs_cross_entropy", "sgd_vs_adam", "weights_and_mistakes")
JUPYTER = Path(sys.executable).with_name("jupyter")
LOOKING = {"comparison", "plotting", "results"}
"""The rooms that a notebook imports: they analyse runs and train nothing."""
SAID = ("text/plain", "text/html", "text/markdown")
PNG = "image/png"

Notebook = Any
EVERY_NOTEBOOK = pytest.mark.parametrize("name", NAMES)


def _read(folder: Path, name: str) -> Notebook:
    return nbformat.reads((folder / f"{name}.ipynb").read_text(encoding="utf-8"), as_version=4)


def _code(notebook: Notebook) -> list[Notebook]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _outputs(cell: Notebook) -> list[Mapping[str, Any]]:
    """Return what a cell shows: texts and tables as they are, of a picture that there is one."""
    shown = []
    for output in cell.outputs:
        assert output.output_type in ("display_data", "execute_result"), output
        assert set(output.data) <= {*SAID, PNG}
        said = {kind: value for kind, value in output.data.items() if kind != PNG}
        shown.append({**said, PNG: PNG in output.data})
    return shown


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Execute all notebooks as a user does, each in a process of its own, in a copy."""
    folder = tmp_path_factory.mktemp("notebooks") / "copy"
    shutil.copytree(NOTEBOOKS, folder, ignore=lambda _, names: {*names} & {".ipynb_checkpoints"})
    for name in NAMES:
        notebook = _read(folder, name)
        for cell in _code(notebook):  # so that nothing is left of what was committed
            cell.outputs, cell.execution_count = [], None
        nbformat.write(notebook, folder / f"{name}.ipynb")
    with ExitStack() as stack:
        programs = [
            stack.enter_context(
                Program(
                    [JUPYTER, "execute", "--inplace", folder / f"{name}.ipynb"],
                    folder.with_name(f"{name}.log"),
                    cwd=folder.parent,  # it need not be started beside them
                )
            )
            for name in NAMES
        ]
        for program in programs:
            assert program.wait() == 0, program.output
    return folder


def test_these_are_all_notebooks() -> None:
    assert sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb")) == sorted(NAMES)


@EVERY_NOTEBOOK
def test_a_notebook_is_committed_with_the_outputs_of_all_cells(name: str) -> None:
    cells = _code(_read(NOTEBOOKS, name))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    without = [cell.source for cell in cells if not cell.outputs]
    assert without == [_parameters(name).source]


@EVERY_NOTEBOOK
def test_a_notebook_shows_again_what_is_committed(executed: Path, name: str) -> None:
    committed, found = _read(NOTEBOOKS, name), _read(executed, name)
    assert len(_code(committed)) == len(_code(found))
    for before, after in zip(_code(committed), _code(found), strict=True):
        assert _outputs(after) == _outputs(before), before.source


@EVERY_NOTEBOOK
def test_below_every_figure_stands_what_it_was_made_from(executed: Path, name: str) -> None:
    n_figures = 0
    for cell in _code(_read(executed, name)):
        shown = _outputs(cell)
        figures = [each for each in shown if each[PNG]]
        n_figures += len(figures)
        if figures:
            *_, last = shown
            assert "<details>" in last["text/html"]
            assert "python run.py -m " in last["text/plain"]
    assert n_figures >= 4


@EVERY_NOTEBOOK
def test_a_notebook_reads_the_results_beside_it(name: str) -> None:
    settings = dict(_assignments(_parameters(name).source))
    assert settings == {"source": "mnist", "sweep": None}
    assert (NOTEBOOKS / "mnist" / "runs.parquet").is_file()
    assert (NOTEBOOKS / "mnist" / "epochs.parquet").is_file()


def _parameters(name: str) -> Notebook:
    """Return the cell that says what a notebook is about."""
    (found,) = [
        cell
        for cell in _code(_read(NOTEBOOKS, name))
        if "parameters" in cell.metadata.get("tags", ())
    ]
    return found


def _assignments(source: str) -> Iterator[tuple[str, Any]]:
    for statement in ast.parse(source).body:
        assert isinstance(statement, ast.Assign)
        (target,) = statement.targets
        assert isinstance(target, ast.Name)
        yield target.id, ast.literal_eval(statement.value)


@EVERY_NOTEBOOK
def test_the_cells_of_a_notebook_only_look_at_runs(name: str) -> None:
    """No helpers, no loops, no training, no shell: these would be code that no test runs."""
    for cell in _code(_read(NOTEBOOKS, name)):
        tree = ast.parse(cell.source)  # which a shell command or a magic is not
        allowed = (ast.Assign, ast.Expr, ast.Import, ast.ImportFrom)
        assert all(isinstance(each, allowed) for each in tree.body), cell.source
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Import | ast.Lambda | ast.comprehension), cell.source
            if isinstance(node, ast.ImportFrom):
                _assert_looks_only(node)


def _assert_looks_only(imported: ast.ImportFrom) -> None:
    names = {each.name for each in imported.names}
    if imported.module == "experiments":
        assert names <= LOOKING
    elif imported.module == "IPython.display":
        assert names == {"Markdown"}
    else:
        package, _, module = str(imported.module).partition(".")
        assert package == "experiments"
        assert module in LOOKING


def test_nothing_of_the_machine_is_committed() -> None:
    for path in [*NOTEBOOKS.glob("*.ipynb")]:
        text = path.read_text(encoding="utf-8")
        for word in (str(PROJECT), str(Path.home()) + "/", "file://"):
            assert word not in text, f"{path.name}: {word}"


def test_what_is_committed_is_small() -> None:
    """A clone is fetched by everyone: the pictures are what takes the room."""
    total = sum(path.stat().st_size for path in NOTEBOOKS.rglob("*") if path.is_file())
    assert total < 8e6
