"""The secrets of the server: made once, readable by their owner alone."""

import stat
from pathlib import Path

import pytest

from experiments.errors import UserError
from experiments.serving.secrets import KEY, PASSWORD, has_password, read_or_make


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets.env"


def test_secrets_are_made_once_and_only_their_owner_can_read_them(file: Path) -> None:
    made = read_or_make(file, {})
    assert set(made) == {PASSWORD, KEY}
    assert made[PASSWORD] != made[KEY]
    assert min(map(len, made.values())) >= 30
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_or_make(file, {}) == made


def test_two_files_have_different_secrets(file: Path) -> None:
    assert read_or_make(file, {}) != read_or_make(file.with_name("other"), {})


def test_given_secrets_are_used_and_not_written(file: Path) -> None:
    given = {PASSWORD: "given to the server", KEY: "a key", "OTHER": "x"}
    assert read_or_make(file, given) == {PASSWORD: "given to the server", KEY: "a key"}
    assert not file.exists()


def test_the_one_that_is_missing_is_added(file: Path) -> None:
    file.touch(0o600)
    file.write_text(f"# ours\n{PASSWORD}=a=b\n", encoding="utf-8")
    assert read_or_make(file, {})[PASSWORD] == "a=b"
    assert file.read_text(encoding="utf-8").startswith(f"# ours\n{PASSWORD}=a=b\n{KEY}=")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_file_that_others_can_read_is_refused(file: Path, mode: int) -> None:
    read_or_make(file, {})
    file.chmod(mode)
    with pytest.raises(UserError, match=r"other users can read these secrets; type: chmod 600"):
        read_or_make(file, {})


def test_whether_the_password_is_known(file: Path) -> None:
    assert not has_password(file, {})
    assert has_password(file, {PASSWORD: "x"})
    read_or_make(file, {})
    assert has_password(file, {})
