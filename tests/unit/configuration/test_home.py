"""The home directory in paths."""

from pathlib import Path

import pytest

from experiments.configuration import check_home, in_home
from experiments.configuration.home import expanded
from experiments.errors import ConfigError


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("~", "/home/me"),
        ("~/x", "/home/me/x"),
        ("sqlite:///~/m.db", "sqlite:////home/me/m.db"),
        *((same, same) for same in ("", "x~", "./~/x", "/~", "~nobody-of-this-name/x", "a/~/x")),
        *((same, same) for same in ("http://host/~me", "sqlite:///m.db", "file:~/x")),
    ],
)
def test_only_the_beginning_is_expanded(text: str, path: str) -> None:
    assert expanded(text) == path


def test_a_source_keeps_its_type() -> None:
    assert in_home("~/x") == "/home/me/x"
    assert in_home(Path("~/x")) == Path("/home/me/x")


def test_the_value_of_an_option_is_refused_with_the_path() -> None:
    message = "^outputs=~/x: write /home/me/x; the shell expands ~ only at the beginning of a word$"
    with pytest.raises(ConfigError, match=message):
        check_home("outputs", "~/x")
    check_home("outputs", "x")
    with pytest.raises(ConfigError, match="write /home/me/a,/home/me/b;"):
        check_home("dataset.root", "~/a,~/b")
