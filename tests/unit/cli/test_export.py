"""`experiments export`: the runs that it writes."""

from pathlib import Path

import frames
import pandas as pd
import pytest
import records

from experiments.cli import export
from experiments.cli.main import parser
from experiments.errors import UserError


@pytest.fixture
def outputs(tmp_path: Path) -> Path:
    """Return a folder with a sweep of two runs, and one more run."""
    folder = tmp_path / "outputs"
    for identity in ("aa", "bb", "cc"):
        records.write_run(folder, identity, frames.start(), *records.epochs(3), records.end())
    records.write_sweep_record(folder, records.sweep_record(["aa", "bb"]))
    return folder


def test_the_runs_of_the_newest_sweep_are_exported(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "exported"
    export.run(parser().parse_args(["export", str(target), "--outputs", str(outputs)]))
    out, err = capsys.readouterr()
    assert out == f"2 runs: {target}\n"
    assert err == f"Only the newest sweep, {'5' * 16}: 2 of 3 runs; --all takes all runs.\n"
    assert sorted(pd.read_parquet(target / "runs.parquet")["identity"]) == ["aa", "bb"]


def test_all_runs_are_exported_on_request(outputs: Path, tmp_path: Path) -> None:
    target = tmp_path / "exported"
    export.run(parser().parse_args(["export", str(target), "--outputs", str(outputs), "--all"]))
    assert len(pd.read_parquet(target / "runs.parquet")) == 3


def test_a_network_that_was_not_kept_cannot_be_exported(
    outputs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["export", str(tmp_path / "e"), "--outputs", str(outputs), "--network", "aa"]
    with pytest.raises(UserError, match="aa"):
        export.run(parser().parse_args(words))
    assert capsys.readouterr() == ("", "")  # the error is a line alone
