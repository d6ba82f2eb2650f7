"""`experiments report` without results. Whole reports are in the system tests."""

from argparse import Namespace
from pathlib import Path

import pytest

from experiments.cli import report
from experiments.errors import UserError
from experiments.recording import REPORTS


def test_a_folder_without_runs_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        report.run(Namespace(outputs=tmp_path, uri=None, sweep=None, all=False))
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert not (tmp_path / REPORTS).exists()
