"""PostgreSQL's programs: which version is taken, and as whom they run."""

import os
import pwd
from pathlib import Path

import pytest

from experiments.errors import UserError
from experiments.serving import programs
from experiments.serving.programs import account, execute, find_programs


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three versions, as Debian installs them; none is on the PATH."""
    for version in ("9.6.3", "15.4", "16.1"):
        folder = tmp_path / version.partition(".")[0] / "bin"
        folder.mkdir(parents=True)
        (folder / "pg_ctl").write_text(
            f"#!/bin/sh\necho 'pg_ctl (PostgreSQL) {version} (Debian {version}-0)'\n", "ascii"
        )
        (folder / "pg_ctl").chmod(0o755)
    monkeypatch.setattr(programs, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    return tmp_path


def test_the_newest_version_is_taken_unless_another_one_is_asked_for(installed: Path) -> None:
    assert find_programs() == installed / "16" / "bin"
    assert find_programs("15") == installed / "15" / "bin"


def test_programs_on_the_path_come_before_others_of_their_version(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    (installed / "16" / "bin").rename(mine)
    (installed / "16" / "bin").mkdir()
    (installed / "16" / "bin" / "pg_ctl").write_bytes((mine / "pg_ctl").read_bytes())
    (installed / "16" / "bin" / "pg_ctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(mine))
    assert find_programs() == mine
    assert find_programs("15") == installed / "15" / "bin"


def test_a_missing_version_is_named_with_what_to_do(installed: Path) -> None:
    with pytest.raises(UserError, match=r"PostgreSQL 14, which made the database here, is not"):
        find_programs("14")


def test_without_postgresql_the_way_out_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "DEBIAN", tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        UserError, match=r"apt-get install postgresql; or give .* MLFLOW_BACKEND_STORE_URI$"
    ):
        find_programs()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_root_lets_the_user_of_the_package_run_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "ACCOUNT", "nobody")
    nobody = pwd.getpwnam("nobody")
    assert account() == nobody
    assert execute(["id", "-u"], Path("/")).stdout.strip() == str(nobody.pw_uid)
    monkeypatch.setattr(programs, "ACCOUNT", "no-such-user")
    with pytest.raises(UserError, match=r"refuses to run as root, and there is no user no-such"):
        account()


def test_a_program_gets_its_input_in_its_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = execute(["sh", "-c", "cat; exit 3"], Path("/"), "hello\n")
    assert (done.returncode, done.stdout) == (3, "hello\n")
