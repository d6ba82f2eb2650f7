"""A main file of the user has what conf/config.yaml has, or is refused at once."""

import shutil
from pathlib import Path

import pytest

from experiments.configuration import CONF, check_main_file
from experiments.errors import ConfigError

NEEDS = "as the main file it needs `defaults: [config, _self_]`"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the user, in which they stand."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "u").mkdir()
    return tmp_path / "u"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("epochs: 2\n", NEEDS),
        ("", NEEDS),
        ("- 1\n", NEEDS),
        ("defaults: []\n", NEEDS),
        ("defaults: [other]\n", NEEDS),
        ("defaults: [main]\n", NEEDS),
    ],
)
def test_a_main_file_that_lacks_the_defaults_is_named(
    folder: Path, text: str, message: str
) -> None:
    (folder / "main.yaml").write_text(text, encoding="utf-8")
    (folder / "other.yaml").write_text("defaults: [learning_rates]\n", encoding="utf-8")
    for name in ("main", "main.yaml"):
        with pytest.raises(ConfigError) as caught:
            check_main_file(name, None, "u")
        assert str(caught.value).startswith(f"u/main.yaml: {message}")


def test_a_main_file_with_a_mistake_in_its_defaults_is_named_with_its_line(folder: Path) -> None:
    text = "epochs: 2\ndefaults: [config, _self_, optimizer: adam]\n"
    (folder / "main.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"^u/main\.yaml, line 2: optimizer is chosen already"):
        check_main_file("main", None, "u")


@pytest.mark.parametrize(
    "text",
    [
        "defaults: [config, _self_]\n",
        "defaults: [/config, override optimizer: adam, _self_]\n",
        "defaults: [between]\n",
        "defaults: [",
    ],
)
def test_a_main_file_that_continues_another_is_accepted(folder: Path, text: str) -> None:
    (folder / "main.yaml").write_text(text, encoding="utf-8")
    (folder / "between.yaml").write_text("defaults: [config, _self_]\n", encoding="utf-8")
    check_main_file("main", None, "u")


def test_a_copy_of_conf_is_accepted(folder: Path) -> None:
    shutil.copytree(CONF, folder / "conf")
    check_main_file(None, str(folder / "conf"), None)
    check_main_file("config", None, None)


def test_a_file_of_conf_that_is_a_part_is_no_main_file() -> None:
    with pytest.raises(ConfigError, match=r"^conf/learning_rates\.yaml: as the main file"):
        check_main_file("learning_rates", None, None)


@pytest.mark.parametrize(
    ("name", "path", "added", "message"),
    [
        ("none", None, None, "there is no file none.yaml in conf"),
        ("none", None, "u", "there is no file none.yaml in conf or u"),
        ("none", None, "v", "there is no folder {here}/v"),
        (None, "{here}/v", None, "there is no folder {here}/v"),
        (None, "pkg://nn", None, "--config-path pkg://nn: write the path of a folder"),
        (
            *(None, "{here}/u", None),
            "there is no file config.yaml in u; to add a folder to conf/ write --config-dir"
            " {here}/u",
        ),
    ],
)
def test_a_main_file_that_is_missing_is_named(
    folder: Path, name: str | None, path: str | None, added: str | None, message: str
) -> None:
    here = str(folder.parent)
    with pytest.raises(ConfigError) as caught:
        check_main_file(name, path and path.replace("{here}", here), added)
    assert str(caught.value) == message.replace("{here}", here)
