"""The environment that a run records."""

import getpass
import os
import platform
import subprocess
from pathlib import Path

import numpy as np
import pytest

from experiments.configuration import PROJECT
from experiments.running import environment
from experiments.running.environment import _commit, _user


def test_the_environment_has_versions_and_place_as_text() -> None:
    found = environment()
    assert {type(value) for value in found.values()} == {str}
    assert found["version.numpy"] == np.__version__
    assert found["version.python"] == platform.python_version()
    assert found["processors"] == str(os.cpu_count())
    assert {"host", "user", "platform", "version.mlflow", "blas.coretype"} <= set(found)


def git(folder: Path, *arguments: str) -> str:
    names = ["-c", "user.name=n", "-c", "user.email=e"]
    command = ["git", "-C", str(folder), *names, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_the_commit_and_changes_since_it_are_found(tmp_path: Path) -> None:
    git(tmp_path, "init")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", "file")
    git(tmp_path, "commit", "-m", "one")
    commit = git(tmp_path, "rev-parse", "HEAD")
    assert _commit(tmp_path) == {"git.commit": commit, "git.dirty": "false"}
    (tmp_path / "file").write_text("two")
    assert _commit(tmp_path) == {"git.commit": commit, "git.dirty": "true"}


def test_outside_of_a_checkout_there_is_no_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert _commit(tmp_path) == {}


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert _commit(PROJECT) == {}


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_a_user_without_a_name_has_a_number(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """As in a container whose user is not in /etc/passwd."""

    def no_name() -> str:
        raise error

    monkeypatch.setattr(getpass, "getuser", no_name)
    assert _user() == str(os.getuid())
