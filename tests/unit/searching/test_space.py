"""The space of a search, made from the overrides of a command line."""

from typing import Any

import optuna
import pytest
from omegaconf import DictConfig

from experiments.configuration import override_parser
from experiments.errors import ConfigError
from experiments.searching import Choice, Interval, dimensions, probes

CONFIG = DictConfig({"batch_size": 10, "l2": 0.0, "optimizer": {"learning_rate": 0.5}})


def space(*words: str) -> list[Any]:
    return list(dimensions(override_parser().parse_overrides(list(words)), CONFIG))


def test_an_interval_is_one_of_the_type_of_its_option() -> None:
    assert space("l2=interval(0,5)") == [Interval("l2", 0.0, 5.0)]
    assert space("batch_size=interval(8.5,64)") == [Interval("batch_size", 9, 64)]
    assert space("optimizer.learning_rate=tag(log,interval(0.001,1))") == [
        Interval("optimizer.learning_rate", 0.001, 1.0, log=True)
    ]


def test_numbers_are_ordered_and_names_are_not() -> None:
    assert space("l2=choice(5,0,1)", "loss=mse,ce", "batch_size=range(8,25,8)") == [
        Choice("l2", ("l2=0", "l2=1", "l2=5"), ordered=True),
        Choice("loss", ("loss=mse", "loss=ce")),
        Choice("batch_size", ("batch_size=8", "batch_size=16", "batch_size=24"), ordered=True),
    ]


def test_an_override_with_one_value_is_passed_on() -> None:
    words = ["epochs=3", "+architecture.sizes=[784,20,10]", "~schedule"]
    assert space(*words[:2], "l2=1,2")[:2] == words[:2]


def test_a_value_of_an_interval_is_short_and_inside() -> None:
    learning_rate = Interval("x", 0.12345, 0.12346)
    trial = optuna.trial.FixedTrial({"x": 0.123456})
    assert learning_rate.suggest(trial) == "x=0.12345"  # type: ignore[arg-type]
    wide = Interval("x", 0.0, 1.0)
    assert wide.suggest(trial) == "x=0.123"  # type: ignore[arg-type]
    assert Interval("n", 1, 9).suggest(optuna.trial.FixedTrial({"n": 4})) == "n=4"  # type: ignore[arg-type]


def test_each_end_of_each_dimension_is_probed_once() -> None:
    assert probes(space("l2=interval(0,5)", "epochs=3", "loss=mse,ce")) == [
        ["l2=0.0", "epochs=3", "loss=mse"],
        ["l2=5.0", "epochs=3", "loss=mse"],
        ["l2=0.0", "epochs=3", "loss=ce"],
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["loss=mse"], "hydra/sweeper=optuna: there is nothing to search; give an option several"),
        (["l2=1,2", "l2=interval(0,1)"], "l2: is searched twice"),
        (["seed=range(5)", "l2=1,2"], "seed=range(5): a search over seeds finds the luckiest one"),
        (["dataset.split_seed=1,2"], "dataset.split_seed=1,2: a search over seeds"),
        (["l2=interval(3,1)"], "l2=interval(3,1): the first end of an interval must be smaller"),
        (["batch_size=interval(1.2,1.8)"], "batch_size=interval(1.2,1.8): the first end"),
        (["l2=interval(0,inf)"], "l2=interval(0,inf): both ends of an interval must be finite"),
        (["l2=tag(log,interval(0,1))"], "l2=tag(log,interval(0,1)): an interval with the tag log"),
        (["l2=tag(x,interval(0,1))"], "l2=tag(x,interval(0,1)): an interval can have the tag log"),
    ],
)
def test_a_space_that_cannot_be_searched_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        space(*words)
    assert str(caught.value).startswith(message)
