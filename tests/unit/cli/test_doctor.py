"""`experiments doctor`: its output and its exit code. Dead servers are in the system tests."""

from pathlib import Path

import pytest

from experiments.cli import arguments, doctor
from experiments.cli.main import parser
from experiments.configuration import compose


def examined(*words: str) -> None:
    doctor.run(parser().parse_args(["doctor", *words]))


def test_a_machine_on_which_nothing_is_broken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    examined("--outputs", str(tmp_path))
    out, err = capsys.readouterr()
    assert err == ""
    assert f"\noutputs    {tmp_path}\n" in out
    assert f"\nMLflow     sqlite:///{tmp_path}/mlflow.db\n" in out
    assert not list(tmp_path.iterdir())


def test_the_store_is_the_given_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    uri = f"sqlite:///{tmp_path}/other.db"
    examined("--outputs", str(tmp_path), "--uri", uri)
    assert f"\nMLflow     {uri}\n" in capsys.readouterr().out


def test_without_tracking_in_conf_no_store_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arguments, "compose", lambda words: compose([*words, "tracking=none"]))
    examined("--outputs", str(tmp_path))
    assert "\nMLflow     runs are not tracked\n" in capsys.readouterr().out


def test_a_broken_part_gives_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit) as ended:
        examined("--outputs", str(tmp_path / "file"))
    assert ended.value.code == 1
    assert "\nBroken:\n- outputs=" in capsys.readouterr().out
