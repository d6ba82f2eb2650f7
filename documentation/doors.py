"""The pages of functions and classes: one for each package, with the names that its door lists."""

import ast
from collections.abc import Iterator
from pathlib import Path

from experiments.configuration import PROJECT

SOURCE = PROJECT / "src"
ALONE = """\
      show_root_heading: true
      show_root_toc_entry: true
      show_root_full_path: false"""
"""Options of an entry that is no member of its package, so that it looks like one."""


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
    for node in _tree(package).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return list(ast.literal_eval(node.value))
    return []


def _lines(package: str) -> Iterator[str]:
    sources = entries(package)
    names = [name for name, source in sources.items() if source == f"{package}.{name}"]
    yield f"# `{package}`\n\n::: {package}\n    options:\n      members:{'' if names else ' []'}"
    yield from (f"        - {name}" for name in names)
    for name, source in sources.items():
        if name not in names:
            yield f"\n::: {source}\n    options:\n{ALONE}"


def entries(package: str) -> dict[str, str]:
    """Return the names that a door lists, each with the name by which mkdocstrings finds it.

    Beside a module of the same name, a function of the door is found only where it is written.
    """
    imported = {
        alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(_tree(package))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    own = {name: f"{package}.{name}" for name in listed_names(package)}
    return {name: _found_as(path, imported.get(name, path)) for name, path in own.items()}


def _found_as(own: str, source: str) -> str:
    """Return the name of what a door imports from a source, which may be another door."""
    package, _, name = source.rpartition(".")
    is_door = source != own and _folder(package).is_dir()
    found = entries(package).get(name, source) if is_door else source
    return found if found != source or _is_module(own) else own


def _is_module(path: str) -> bool:
    return _folder(path).with_suffix(".py").exists() or _folder(path).is_dir()


def _tree(package: str) -> ast.Module:
    return ast.parse((_folder(package) / "__init__.py").read_text(encoding="utf-8"))


def _folder(package: str) -> Path:
    return SOURCE.joinpath(*package.split("."))
