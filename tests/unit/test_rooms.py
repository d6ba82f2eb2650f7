"""The rooms: other rooms import only from a room's door, and every door lists what it exports."""

import ast
from pathlib import Path

import grimp
import pytest

import experiments

SOURCE = Path(experiments.__file__).parent
ROOMS = sorted(path.parent.name for path in SOURCE.glob("*/__init__.py"))


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("experiments", "hydra_plugins", "nn", cache_dir=None)


def room(module: str) -> str:
    """Return the room of a module: its package, or the module itself outside of all packages."""
    package, _, rest = module.partition(".")
    name = rest.partition(".")[0]
    return f"{package}.{name}" if package == "experiments" and name in ROOMS else package


def public_names(name: str) -> list[str]:
    """Return the names that the door of a room lists."""
    tree = ast.parse((SOURCE / name / "__init__.py").read_text(encoding="utf-8"))
    (listed,) = (
        ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
    )
    return list(listed)


def test_rooms_import_each_other_through_their_doors(graph: grimp.ImportGraph) -> None:
    """`from experiments.training import train` names the function, not the module `train`."""
    public = {f"experiments.{name}.{each}" for name in ROOMS for each in public_names(name)}
    inner = {
        f"{importer} imports {imported}, but should import from {room(imported)}"
        for imported in graph.modules - public
        if room(imported).startswith("experiments.") and imported != room(imported)
        for importer in graph.find_modules_that_directly_import(imported)
        if room(importer) != room(imported)
    }
    assert sorted(inner) == []


@pytest.mark.parametrize("name", ROOMS)
def test_a_door_says_what_the_room_is_for_and_lists_its_names(name: str) -> None:
    tree = ast.parse((SOURCE / name / "__init__.py").read_text(encoding="utf-8"))
    docstring = ast.get_docstring(tree)
    assert docstring
    assert docstring.count("\n") == 0
    imported = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert sorted(imported) == sorted(public_names(name))
