"""Every command of the README and of the tutorial is typed as it is printed, in their order.

It happens in a copy of the project whose conf/ has few images and epochs (`checkout`), so each
command takes seconds and none is changed. `make test` is the only one that is not executed: it
would start these tests again. `make ui` is ended by Ctrl-C when the page answers.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
import typed
from checkout import Checkout, make_checkout
from harness import wait_for

pytestmark = pytest.mark.stress


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    return make_checkout(tmp_path / "project")


def type_all(checkout: Checkout, lines: list[str]) -> None:
    for line in lines:
        command = typed.without_comment(line)
        if command == "make test":
            assert "pytest" in checkout.done("make --dry-run test")
        elif command == "make ui":
            browse(checkout)
        else:
            checkout.done(line)


def browse(checkout: Checkout) -> None:
    """Open the page that `make ui` announces, and end it as a reader does."""
    with checkout.typed("make ui") as program:
        address = wait_for(lambda: re.search(r"http://\S+", program.output), "address")
        with urlopen(address[0].partition("#")[0]) as answer:
            assert answer.status == 200
        program.ctrl_c()
        program.wait()


def test_the_commands_of_the_readme(checkout: Checkout) -> None:
    lines = typed.commands("README.md")
    assert len(lines) == 10
    type_all(checkout, lines)
    assert list((checkout.folder / "outputs" / "reports").glob("*.html"))
    assert (checkout.folder / "outputs" / "docs" / "site" / "index.html").is_file()


def test_the_commands_and_the_program_of_the_tutorial(checkout: Checkout) -> None:
    lines = typed.commands("docs/tutorial.md")
    assert len(lines) == 12
    first = lines.index(".venv/bin/experiments compare loss")
    type_all(checkout, lines[:first])
    with checkout.typed(lines[first]) as program:  # one seed is too few, as the page says
        assert program.wait() == 1
        assert "a comparison needs at least 6" in program.output
    type_all(checkout, lines[first + 1 :])
    (source,) = typed.programs("docs/tutorial.md")
    typed.write(checkout.folder / "accuracies.py", source)
    printed = checkout.done(".venv/bin/python accuracies.py")
    rows = [line.split() for line in printed.splitlines()]
    assert [row[-1] for row in rows[2:]] == ["7", "7", "7", "7"]


def test_parts_of_ones_own_are_verified_trained_and_compared(checkout: Checkout) -> None:
    """The page of parts of one's own: its files, and then its commands."""
    for name, text in typed.files("docs/adding.md").items():
        typed.write(checkout.folder / name, text)
    printed = {line: checkout.done(line) for line in typed.commands("docs/adding.md")}
    assert len(printed) == 8
    for line, output in printed.items():
        if "verify" in line:
            assert "comparisons agree" in output
        elif "compare" in line:
            assert "softsign" in output
        else:
            assert "finished" in output, line
