"""The pages of the packages."""

import importlib

import pytest

from documentation.doors import door_page, listed_names, packages, page_of


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
