"""The figures of executed notebooks, and the notebooks that a report executes."""

import base64
from pathlib import Path

import nbformat
from nbformat import v4

from experiments import errors
from experiments.report.notebooks import NOTEBOOKS, PARAMETERS, PNG, Section, _user_errors, execute

PNG_FILES = [b"\x89PNG first", b"\x89PNG second"]


def test_figures_are_the_images_of_all_outputs_in_their_order() -> None:
    first, second = (
        v4.new_output("display_data", {PNG: base64.b64encode(each).decode()}) for each in PNG_FILES
    )
    text = v4.new_output("execute_result", {"text/plain": "4"})
    cells = [
        v4.new_markdown_cell("no output"),
        v4.new_code_cell("plot()", outputs=[first, text]),
        v4.new_code_cell("plot()", outputs=[v4.new_output("stream", text="printed"), second]),
    ]
    section = Section("example", v4.new_notebook(cells=cells))
    assert list(section.figures) == PNG_FILES


def test_every_notebook_has_one_cell_of_parameters() -> None:
    paths = list(NOTEBOOKS.glob("*.ipynb"))
    assert paths
    for path in paths:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        tagged = [cell for cell in notebook.cells if PARAMETERS in cell.metadata.get("tags", ())]
        assert [cell.source.split()[0] for cell in tagged] == ["source"], path.name


def test_the_errors_that_end_a_notebook_are_those_that_the_user_can_fix() -> None:
    expected = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.UserError)
    }
    assert _user_errors() == expected


def test_a_kernel_listens_in_a_folder_and_not_at_a_port(tmp_path: Path) -> None:
    code = (
        "import json, ipykernel\n"
        "print(json.load(open(ipykernel.get_connection_file()))['transport'])"
    )
    path = tmp_path / "example.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell(code)]), path)
    (cell,) = execute(path, {}).notebook.cells
    assert [each.text for each in cell.outputs] == ["ipc\n"]
