"""Exceptions in classes of the user's own are one line; others are mistakes of this project."""

import sys
from pathlib import Path

import numpy as np
import pytest
from networks import network

from experiments.cli.own_errors import own_errors
from experiments.errors import ConfigError, UserError

MODULE = """
from nn import Tanh


class Own(Tanh):
    def apply(self, z):
        self.helper(z)

    def helper(self, z):
        z @ z
"""


def test_the_line_names_the_place_in_the_users_code_that_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_module.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    import own_module

    net = network((3, 4, 2), activation=own_module.Own())
    place = "line 10, in helper: ValueError: matmul: "
    with pytest.raises(UserError, match=place) as caught, own_errors():
        net.predict(np.ones((1, 3)))
    sys.modules.pop("own_module")
    assert "\n" not in str(caught.value)


def test_an_error_of_this_project_is_raised_as_it_is() -> None:
    with pytest.raises(ValueError, match="inputs must be"), own_errors():
        network((3, 4, 2)).predict(np.ones((1, 5)))
    with pytest.raises(ConfigError, match=r"^wrong$"), own_errors():
        raise ConfigError("wrong")
