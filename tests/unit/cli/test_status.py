"""`experiments status`: the folder and the sweep that it is about."""

from pathlib import Path

import pytest
import records

from experiments.cli import status
from experiments.cli.main import parser
from experiments.errors import UserError


def test_the_chosen_sweep_of_the_given_folder_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for sweep in ("aa", "bb"):
        records.write_run(tmp_path, f"{sweep}0", records.end())
        record = records.sweep_record([f"{sweep}0"], id=sweep, name=f"name of {sweep}")
        records.write_sweep_record(tmp_path, record)
    status.run(parser().parse_args(["status", "a", "--outputs", str(tmp_path)]))
    printed = capsys.readouterr().out
    assert "name of aa" in printed
    assert "name of bb" not in printed


def test_a_folder_without_records_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no runs are recorded"):
        status.run(parser().parse_args(["status", "--outputs", str(tmp_path)]))
