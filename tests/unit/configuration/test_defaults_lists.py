"""Mistakes in defaults lists are named with the line, and files that choose each other."""

from pathlib import Path

import pytest
import yaml
from hydra.errors import HydraException

from experiments.configuration import CONF, circle, compose, one_line
from experiments.configuration.defaults_lists import check_defaults
from experiments.errors import ConfigError

ENTRY = "an entry of a defaults list is NAME or GROUP: NAME"
CHOSEN = "is chosen already by conf/config.yaml; write `override /optimizer: adam`"


def problems(path: Path, group: str, text: str) -> list[tuple[int, str]]:
    """Return the line and the problem of each mistake in a file."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    found = check_defaults(path, group, root)
    return [(node.start_mark.line + 1, problem) for node, problem in found]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\ndefaults: x", 2, "defaults: must be a list, for example [config, _self_]"),
        ("defaults: {a: b}", 1, "defaults: must be a list, for example [config, _self_]"),
        ("defaults:\n- a\n- 1", 3, f"{ENTRY}, not 1"),
        ("defaults: [[a]]", 1, f"{ENTRY}, not a list"),
        ("defaults: [null]", 1, f"{ENTRY}, not null"),
        ("defaults: [{a: b, c: d}]", 1, f"{ENTRY}; write each choice in a line of its own"),
        ("defaults: [a: 1]", 1, f"{ENTRY}; the name for a must be text"),
        ("defaults: [a: [b, {c: d}]]", 1, f"{ENTRY}; the name for a must be text"),
        ("defaults: [/optimizer: adam]", 1, f"/optimizer {CHOSEN}"),
        ("defaults: [optimizer: adam]", 1, f"optimizer {CHOSEN}"),
        (
            "defaults: [/loss/ce]",
            1,
            "/loss/ce: a file of loss is chosen; write `override /loss: ce`",
        ),
        ("defaults: [override optimizer: adam]", 1, f"optimizer {CHOSEN}"),
    ],
)
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    assert problems(tmp_path / "mine.yaml", "experiment", text) == [(line, message)]


@pytest.mark.parametrize(
    "entry",
    ["_self_", "cut", "/a/b@_here_", "override /optimizer: adam", "a: [b, c]", "a: null", "b: c"],
)
def test_a_defaults_list_in_order_is_accepted(tmp_path: Path, entry: str) -> None:
    assert problems(tmp_path / "mine.yaml", "experiment", f"defaults: [{entry}]") == []


def test_a_group_within_a_group_may_have_the_name_of_another(tmp_path: Path) -> None:
    (tmp_path / "optimizer").mkdir()
    text = "defaults: [optimizer: adam]"
    assert problems(tmp_path / "mine.yaml", "experiment", text) == []
    assert problems(tmp_path / "mine.yaml", "", text)


def test_a_main_file_overrides_with_and_without_a_slash(tmp_path: Path) -> None:
    text = "defaults: [config, override optimizer: adam, override /loss: ce]"
    assert problems(tmp_path / "mine.yaml", "", text) == []


def test_conf_is_in_order() -> None:
    for path in CONF.rglob("*.yaml"):
        group = str(path.parent.relative_to(CONF)).strip(".")
        assert problems(path, group, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": "defaults: [a]"}, "loss/a.yaml: its defaults list chooses the file itself"),
        ({"a": "defaults: [/loss/a]"}, "loss/a.yaml: its defaults list chooses the file itself"),
        (
            {"a": "defaults: [b]", "b": "defaults: [c]", "c": "defaults: [b]"},
            "loss/b.yaml: its defaults list chooses loss/c.yaml, which chooses loss/b.yaml again",
        ),
    ],
)
def test_files_that_choose_each_other_are_named(
    tmp_path: Path, files: dict[str, str], message: str
) -> None:
    (tmp_path / "loss").mkdir()
    for name, text in files.items():
        (tmp_path / "loss" / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RecursionError) as caught:
        compose(["loss=a", f"hydra.searchpath=[file://{tmp_path}]"])
    assert circle(caught.value) == one_line(caught.value) == message


def test_another_error_is_no_circle() -> None:
    assert circle(RecursionError("elsewhere")) == circle(ValueError("elsewhere")) == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "defaults: [override /optimizerr: adam]",
            "experiment/a.yaml: its defaults list overrides optimizerr, of which no file is chosen",
        ),
        (
            "defaults: [override /optimizer: adam, part]",
            "experiment/a.yaml: the lines with override must be the last ones of its defaults list",
        ),
        (
            "hydra: {searchpath: [a]}",
            "experiment/a.yaml: hydra.searchpath can only be set in the main file or on the command"
            " line",
        ),
        ("hydra: 3", "experiment/a.yaml: must be a dictionary, for example {a:1}"),
        ("defaults: [b: c, b: c]", "experiment/b is chosen twice; leave one out"),
    ],
)
def test_what_only_hydra_finds_is_said_in_words(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "experiment" / "b").mkdir(parents=True)
    for name in ("b/c", "part"):
        (tmp_path / "experiment" / f"{name}.yaml").write_text("{}", encoding="utf-8")
    whole = f"# @package _global_\n{text}\n"
    (tmp_path / "experiment" / "a.yaml").write_text(whole, encoding="utf-8")
    with pytest.raises((HydraException, ConfigError)) as caught:
        compose(["+experiment=a", f"hydra.searchpath=[file://{tmp_path}]"])
    assert one_line(caught.value) == message
