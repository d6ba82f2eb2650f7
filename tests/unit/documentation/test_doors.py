"""The pages of the packages."""

import importlib

import griffe
import pytest

from documentation.doors import SOURCE, door_page, listed_names, packages, page_of


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
    assert [line.strip()[2:] for line in page.splitlines() if line.strip()[:2] == "- "] == names


def test_no_entry_of_the_reference_is_empty() -> None:
    """A class, a function or a constant that a page names has a docstring, read as the page does.

    So does a constant that a door imports: a string below it, or the page has only its name.
    """
    loader = griffe.GriffeLoader(search_paths=[SOURCE])
    for name in ("nn", "experiments"):
        loader.load(name)
    loader.resolve_aliases(implicit=True, external=False)
    entries = [f"{package}.{name}" for package in packages() for name in listed_names(package)]
    assert len(entries) > 300
    assert [each for each in entries if not loader.modules_collection[each].has_docstring] == []
