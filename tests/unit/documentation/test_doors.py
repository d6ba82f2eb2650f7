"""The pages of the packages."""

import importlib

import griffe
import pytest

from documentation.doors import SOURCE, door_page, entries, listed_names, packages, page_of


def test_every_room_and_the_network_have_a_page_of_their_own() -> None:
    assert packages()[0] == "nn"
    assert {"experiments.results", "experiments.comparison", "experiments.cli"} <= {*packages()}
    assert len({page_of(package) for package in packages()}) == len(packages())


@pytest.mark.parametrize("package", ["nn", "experiments.results", "experiments.terminal"])
def test_a_page_names_what_the_door_lists(package: str) -> None:
    names = listed_names(package)
    assert names == list(importlib.import_module(package).__all__)
    page = door_page(package)
    assert f"\n::: {package}\n" in page
    members = [line.strip()[2:] for line in page.splitlines() if line.strip()[:2] == "- "]
    alone = [name for name, path in entries(package).items() if f"\n::: {path}\n" in page]
    assert sorted([*members, *alone]) == sorted(names)


def test_no_entry_of_the_reference_is_empty() -> None:
    """A class, a function or a constant that a page names has a docstring, read as the page does.

    So does a constant that a door imports: a string below it, or the page has only its name.
    """
    loader = griffe.GriffeLoader(search_paths=[SOURCE])
    for name in ("nn", "experiments"):
        loader.load(name)
    loader.resolve_aliases(implicit=True, external=False)
    paths = [path for package in packages() for path in entries(package).values()]
    assert len(paths) > 300
    assert [each for each in paths if not loader.modules_collection[each].has_docstring] == []


def test_a_function_with_the_name_of_a_module_is_found_where_it_is_written() -> None:
    """Otherwise mkdocstrings takes the module of this name, and the page has no entry."""
    assert entries("nn")["Adam"] == "nn.Adam"
    page = door_page("experiments.comparison")
    assert "\n::: experiments.comparison.compare.compare\n" in page
    assert "        - compare\n" not in page
