"""`experiments ui`: the store that it serves."""

import pytest

from experiments.cli import arguments, ui
from experiments.cli.main import parser
from experiments.configuration import compose
from experiments.errors import ConfigError


def test_without_tracking_in_conf_a_store_has_to_be_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arguments, "compose", lambda _: compose(["tracking=none"]))
    with pytest.raises(ConfigError, match=r"tracking=none.*--uri"):
        ui.run(parser().parse_args(["ui"]))
