"""Interpolations without a value are named with their key."""

import pytest
from omegaconf import OmegaConf

from experiments.configuration import build, compose
from experiments.configuration.interpolations import check_interpolations, variable_in
from experiments.errors import ConfigError


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("${nothing}", "its value is that of nothing, which does not exist"),
        ("${a.b}", "its value refers to itself"),
        ("${oc.env:NO_SUCH_VARIABLE}", "the environment variable NO_SUCH_VARIABLE is not set"),
        ("${no_such:3}", "there is no resolver no_such"),
        ("${missing}", "its value is that of missing, which has none"),
    ],
)
def test_an_interpolation_without_a_value_is_named(value: str, reason: str) -> None:
    config = OmegaConf.create({"a": {"b": value}, "missing": "???"})
    with pytest.raises(ConfigError) as caught:
        check_interpolations(config)
    assert str(caught.value) == f"a.b: {reason}; give it one with a.b=..."


def test_the_first_key_without_a_value_is_named_not_those_that_depend_on_it() -> None:
    config = OmegaConf.create({"uri": "sqlite:///${outputs}/a", "outputs": "${x}"})
    with pytest.raises(ConfigError, match=r"^outputs: its value is that of x, which does not"):
        check_interpolations(config)


def test_interpolations_in_lists_are_checked() -> None:
    with pytest.raises(ConfigError, match=r"^a\[1\]: "):
        check_interpolations(OmegaConf.create({"a": [1, "${nothing}"]}))


def test_an_interpolation_has_the_value_of_another_option() -> None:
    assert build(compose(["batch_size=${epochs}", "epochs=7"])).batch_size == 7


def test_an_activation_without_default_learning_rates_says_which_option_to_give() -> None:
    config = compose()
    config.optimizer.learning_rate = "${learning_rates.mine.mse.sgd}"
    with pytest.raises(ConfigError) as caught:
        build(config)
    assert str(caught.value) == (
        "optimizer.learning_rate: its value is that of learning_rates.mine.mse.sgd, which does not"
        " exist; give it one with optimizer.learning_rate=..."
    )


def test_the_environment_variable_of_a_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    node = OmegaConf.create({"a": "${oc.env:MINE,x}", "b": "${oc.env:NO_SUCH_VARIABLE,x}", "c": 1})
    monkeypatch.setenv("MINE", "")
    monkeypatch.delenv("NO_SUCH_VARIABLE", raising=False)
    assert [variable_in(node, key) for key in ("a", "b", "c", "d")] == ["MINE", "", "", ""]
