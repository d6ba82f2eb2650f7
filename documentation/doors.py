"""The pages of functions and classes: one for each package, with the names that its door lists."""

import ast
from collections.abc import Iterator
from pathlib import Path

from experiments.configuration import PROJECT

SOURCE = PROJECT / "src"


def packages() -> list[str]:
    """Return the names of the packages with a page: the network, and then the rooms."""
    rooms = sorted(path.parent.name for path in (SOURCE / "experiments").glob("*/__init__.py"))
    return ["nn", *(f"experiments.{room}" for room in rooms)]


def page_of(package: str) -> str:
    """Return the path of the page of a package in the site."""
    return f"reference/{package.rpartition('.')[2]}.md"


def door_page(package: str) -> str:
    """Return the page of a package in Markdown; mkdocstrings puts the docstrings in."""
    return "\n".join(_lines(package)) + "\n"


def listed_names(package: str) -> list[str]:
    """Return the names that the door of a package lists."""
    tree = ast.parse(_door(package).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def _lines(package: str) -> Iterator[str]:
    names = listed_names(package)
    yield f"# `{package}`\n\n::: {package}\n    options:\n      members:{'' if names else ' []'}"
    yield from (f"        - {name}" for name in names)


def _door(package: str) -> Path:
    return SOURCE.joinpath(*package.split("."), "__init__.py")
