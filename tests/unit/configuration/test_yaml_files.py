"""Files that are valid YAML but cannot be used are named with their line."""

from pathlib import Path

import pytest
from damage import check_message, damages
from hypothesis import given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from properties import trials

from experiments.configuration import CONF, compose
from experiments.configuration.yaml_files import LARGEST, MOST_VALUES, check_file
from experiments.errors import ConfigError

BOMB = "\n".join(
    ["a: &a [0,0,0,0,0,0,0,0,0]"]
    + [
        f"{x}: &{x} [{','.join([f'*{before}'] * 9)}]"
        for before, x in zip("abcdef", "bcdefg", strict=True)
    ]
)
"""Seven lines that stand for 9^7 values."""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, f": its aliases stand for more than {MOST_VALUES:,} values"),
        ("a: &a [*a]", ": an alias in it contains itself"),
        ("a: 1\nb: \0", ", line 2: contains the character U+0000, which no text has"),
        ("a: 1\n\nb: \x07", ", line 3: contains the character U+0007, which no text has"),
        ("a: 1\nnull: 2", ", line 2: a key must be a name, not null"),
        ("a: 1\n? [1]\n: 2", ", line 2: a key must be a name, not a list"),
        ("a: 1\nsizes: ${foo", ", line 2: sizes: the interpolation in ${foo cannot be read"),
        ("a: {b: [1, '${']}", ", line 1: a.b[1]: the interpolation in ${ cannot be read"),
        ("a: 1\ndefaults: x", ", line 2: defaults: must be a list, for example [config, _self_]"),
        ("hello", ": must have the form KEY: VALUE"),
        ("a: " + "x" * LARGEST, f": is larger than {LARGEST:,} bytes"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "loss").mkdir()
    path = tmp_path / "loss" / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        compose(["loss=mine", f"hydra.searchpath=[file://{tmp_path}]"])
    assert str(caught.value) == f"{path}{message}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing",
        "a: &a {b: 1}\nc: {<<: *a}",
        "1: a\n1.5: b\ntrue: c",
        "a: ${b}",
        "- 1",
        "a: [",
        "a: " + "[" * 600,
    ],
)
def test_a_file_that_can_be_used_is_left_to_hydra(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    check_file(path, "")


def test_a_file_is_checked_again_after_a_change(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("a: 1", encoding="utf-8")
    check_file(path, "")
    path.write_text("null: 1", encoding="utf-8")
    with pytest.raises(ConfigError):
        check_file(path, "")


@trials(50)
@given(damage=damages(), name=st.sampled_from(["config.yaml", "learning_rates.yaml"]))
def test_a_damaged_file_is_accepted_or_an_error_of_one_line(
    tmp_path_factory: pytest.TempPathFactory, damage: object, name: str
) -> None:
    path = tmp_path_factory.mktemp("damaged") / name
    assert callable(damage)
    path.write_bytes(damage((CONF / name).read_bytes()))
    try:
        check_file(path, "")
    except ConfigError as error:
        check_message(error, str(path))


def test_all_files_of_conf_are_accepted() -> None:
    for path in CONF.rglob("*.yaml"):
        check_file(path, "")
        assert OmegaConf.load(path)
