"""Paths in messages."""

from pathlib import Path

import pytest

from experiments.configuration import CONF
from experiments.configuration.places import shown


def test_paths_are_short_where_they_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown(tmp_path / "sh" / "a.yaml") == "sh/a.yaml"
    assert shown(CONF / "config.yaml") == "conf/config.yaml"
    assert shown(tmp_path.parent) == str(tmp_path.parent)
