"""The page of the commands."""

import pytest

from documentation.commands_page import commands_page
from experiments.cli.main import COMMANDS
from experiments.configuration import PROJECT


@pytest.fixture(scope="module")
def page() -> str:
    return commands_page()


def test_every_command_has_its_help(page: str) -> None:
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        assert f"### `experiments {name}`\n\n```text\nusage: experiments {name} " in page
    assert "Train one network on images of digits" in page


def test_the_examples_name_no_folder_of_this_machine(page: str) -> None:
    assert str(PROJECT) not in page
    assert "bin/" not in page
    assert "    experiments status\n" in page
