"""Arguments that several commands share."""

import argparse
from argparse import Namespace
from pathlib import Path

import pytest
import records

from experiments.cli.arguments import (
    chosen_outputs,
    chosen_sweep,
    mention_other_runs,
    outputs_parser,
    runs_source,
    store_parser,
    store_uri,
    sweep_parser,
)
from experiments.configuration import PROJECT
from experiments.errors import UserError


@pytest.fixture(autouse=True)
def _no_store_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)


def read(*words: str) -> Namespace:
    """Return the arguments of a command that has all shared arguments."""
    parents = [outputs_parser(), store_parser(), sweep_parser()]
    return argparse.ArgumentParser(parents=parents).parse_args(words)


def test_the_folder_of_the_records_is_the_one_in_conf_by_default() -> None:
    assert chosen_outputs(read()) == PROJECT / "outputs"


def test_the_folder_of_the_records_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert chosen_outputs(read("--outputs", "a b")) == tmp_path / "a b"


def test_the_store_is_the_one_in_conf_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    assert store_uri(read()) == f"sqlite:///{PROJECT}/outputs/mlflow.db"
    assert store_uri(read(), Path("/a b/c=d")) == "sqlite:////a b/c=d/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://mlflow:5000")
    assert store_uri(read(), Path("/a")) == "http://mlflow:5000"


def test_a_mistake_in_the_environment_is_said_with_the_name_of_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:/x")
    with pytest.raises(UserError, match=r"^the environment variable MLFLOW_TRACKING_URI: file:/x"):
        store_uri(read())


def test_the_path_of_a_store_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = read("--uri", "sqlite:///a.db")
    assert store_uri(arguments) == runs_source(arguments) == f"sqlite:///{tmp_path}/a.db"


def test_the_home_directory_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert chosen_outputs(read("--outputs=~/a")) == tmp_path / "a"
    assert store_uri(read("--uri=sqlite:///~/a.db")) == f"sqlite:///{tmp_path}/a.db"


def test_runs_are_read_from_the_records_unless_a_store_is_given() -> None:
    assert runs_source(read("--outputs", "/a")) == Path("/a")
    assert runs_source(read("--outputs", "/a", "--uri", "http://h")) == "http://h"


def test_the_newest_sweep_is_chosen_by_default(tmp_path: Path) -> None:
    for number, sweep in enumerate(["aa", "bb", "bc"]):
        record = records.sweep_record(["1" * 16], id=sweep, time=float(-number))
        records.write_sweep_record(tmp_path, record)

    def chosen(*words: str) -> str | None:
        sweep = chosen_sweep(read(*words), tmp_path)
        return sweep.id if sweep else None

    assert chosen() == "aa"
    assert chosen("--sweep", "bc") == "bc"
    assert chosen("--all") is None
    with pytest.raises(UserError):
        chosen("--sweep", "b")


def test_runs_outside_of_the_newest_sweep_are_mentioned_unless_a_sweep_was_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(3):
        records.write_run(tmp_path, str(number) * 16, records.end())
    (tmp_path / "runs" / "2.1").mkdir()  # set aside
    (tmp_path / "runs" / "2.1" / "journal.jsonl").write_bytes(b"damaged")
    for time, runs in ((1.0, "0"), (2.0, "12")):
        identities = [each * 16 for each in runs]
        record = records.sweep_record([*identities, "9" * 16], id=f"s{runs}", time=time)
        records.write_sweep_record(tmp_path, record)

    def said(*words: str) -> str:
        sweep = chosen_sweep(read(*words), tmp_path)
        assert capsys.readouterr() == ("", "")
        mention_other_runs(read(*words), tmp_path, sweep)
        out, err = capsys.readouterr()
        assert out == ""
        return err

    assert said() == "Only the newest sweep, s12: 2 of 3 runs; --all takes all runs.\n"
    assert said("--all") == said("--sweep", "s12") == said("--sweep", "s0") == ""
    records.write_sweep_record(
        tmp_path, records.sweep_record(["0" * 16, "1" * 16, "2" * 16], id="all", time=3.0)
    )
    assert said() == ""


def test_no_sweep_is_chosen_if_there_is_none(tmp_path: Path) -> None:
    assert chosen_sweep(read(), tmp_path) is None


def test_all_runs_and_one_sweep_exclude_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read("--all", "--sweep", "a")
    assert "not allowed with" in capsys.readouterr().err
