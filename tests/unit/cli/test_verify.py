"""`experiments verify`: the words of run.py, a document's example, and the exit code."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.cli import verify
from experiments.cli.main import parser
from experiments.errors import ConfigError, UserError
from experiments.verifying import jax_network, optax_steps

BROKEN = """
from nn import Sigmoid


class Broken(Sigmoid):
    def apply(self, z):
        raise ValueError("no such\\nfunction")
"""
OWN = """
import numpy as np

from nn import Sigmoid


class HalfSlope(Sigmoid):
    def multiply_by_derivative(self, delta, a, scratch):
        super().multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, 0.5, delta)
"""


TAILS = """
import numpy as np

from nn import Tanh


class Tails(Tanh):
    def multiply_by_derivative(self, delta, a, scratch):
        super().multiply_by_derivative(delta, a, scratch)
        np.multiply(delta, 3, delta, where=np.abs(a) > 0.9)
"""
ZERO = """
from nn import Tanh


class Zero(Tanh):
    def apply(self, z):
        z[:] = 0

    def multiply_by_derivative(self, delta, a, scratch):
        delta[:] = 0
"""


def run(*words: str) -> None:
    verify.run(parser().parse_args(["verify", *words], namespace=argparse.Namespace()))


def test_a_network_is_verified(capsys: pytest.CaptureFixture[str]) -> None:
    run("architecture=784-32-32-10", "activation=relu", "loss=ce")
    printed = capsys.readouterr().out
    assert printed.startswith("Table 1. Outputs, for the first of 10 images")
    assert "Gradient of the weights of layer 3" in printed
    assert printed.endswith(" comparisons agree.\n")
    assert max(map(len, printed.splitlines())) <= 80


def write_activation(folder: Path, choice: str, target: str, code: str) -> None:
    """Write an activation of the user: its module, and its file of the group."""
    (folder / f"{target.partition('.')[0]}.py").write_text(code, encoding="utf-8")
    (folder / "activation").mkdir()
    file = folder / "activation" / f"{choice}.yaml"
    file.write_text(f"_target_: {target}\n", encoding="utf-8")


Refused = Callable[[str, str, str], str]


@pytest.fixture
def refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Refused:
    """Verify an activation of the user that does not pass, and return the output."""

    def verified(choice: str, target: str, code: str) -> str:
        write_activation(tmp_path, choice, target, code)
        monkeypatch.syspath_prepend(tmp_path)
        own = ("--config-dir", str(tmp_path), f"activation={choice}")
        with pytest.raises(SystemExit) as ended:
            run(*own, "architecture.sizes=[784,5,10]")
        sys.modules.pop(target.partition(".")[0])
        assert ended.value.code == 1
        return capsys.readouterr().out

    return verified


def test_a_wrong_activation_of_the_user_is_named_with_its_layer(refused: Refused) -> None:
    printed = refused("half", "half_slope.HalfSlope", OWN)
    *_, weights, biases, certificate = printed.splitlines()
    assert "Certificate: finite differences, relative error 0.5" in certificate
    for kind, line in (("weights", weights), ("biases", biases)):
        assert f"Gradient of the {kind} of layer 1: finite differences, relative error 0.5" in line


def test_a_derivative_that_is_wrong_only_in_the_tails_is_noticed(refused: Refused) -> None:
    *_, last = refused("tails", "tails_module.Tails", TAILS).splitlines()
    assert last == "  Derivative of Tails: finite differences, relative error 0.67"


def test_an_activation_of_zeros_does_not_agree(refused: Refused) -> None:
    printed = refused("zero", "zero_module.Zero", ZERO)
    end = " ".join(printed.partition("\n\nAll ")[2].split())
    layers = ("weights of layer 2", "weights of layer 1", "biases of layer 1")
    names = ", ".join(["Derivative of Zero", *(f"Gradient of the {each}" for each in layers)])
    assert end.endswith(
        f" comparisons agree. 4 tables have no comparison: {names}."
        " Nothing could check the activation Zero, so the exit code is 1."
    )


def test_an_exception_in_a_class_of_the_user_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_activation(tmp_path, "broken", "broken_module.Broken", BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UserError) as caught:
        run("--config-dir", str(tmp_path), "activation=broken", "architecture.sizes=[784,5,10]")
    sys.modules.pop("broken_module")
    place = f"{tmp_path / 'broken_module.py'}, line 7, in apply"
    assert str(caught.value) == f"{place}: ValueError: no such function"


def test_the_numbers_change_with_l2(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for l2 in (0, 500):
        run("architecture.sizes=[784,3,10]", f"l2={l2}")
        printed.append(capsys.readouterr().out)
    assert "sum w^2" not in printed[0]
    assert "Table 2. Cost, mean over 10 images, QuadraticCost, and 0.005 sum w^2\n" in printed[1]


def test_without_jax_the_output_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in (jax_network, optax_steps):
        monkeypatch.setattr(module, "installed", lambda: False)
    run("architecture.sizes=[784,3,10]")
    *_, last = capsys.readouterr().out.splitlines()
    assert last.startswith("Without JAX and optax, which can be added: ")
    assert "[verify]" in last


def test_the_worked_example(capsys: pytest.CaptureFixture[str]) -> None:
    run("--worked-example")
    assert "refute a printed number" in capsys.readouterr().out
    with pytest.raises(ConfigError, match="leave out the other words"):
        run("--worked-example", "loss=ce")
