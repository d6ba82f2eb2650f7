"""Subjects from overrides, and from files of the user."""

from pathlib import Path

import pytest
from networks import classes

from experiments.errors import ConfigError
from experiments.verifying import composed
from experiments.verifying.composing import RATE
from nn import SGD, Adam, CrossEntropyCost, Momentum, ReLU


def test_the_network_is_the_chosen_one_and_every_optimizer_is_there() -> None:
    subject = composed(["architecture=784-32-32-10", "activation=relu", "loss=ce"])
    assert subject.network.sizes == (784, 32, 32, 10)
    assert isinstance(subject.network.activation, ReLU)
    assert isinstance(subject.network.loss, CrossEntropyCost)
    assert {type(each) for each in subject.optimizers.values()} == set(classes("optimizer"))


def test_options_of_the_chosen_optimizer_are_its_own_and_the_rate_is_for_all() -> None:
    words = ["optimizer=momentum", "optimizer.momentum=0.5", "optimizer.learning_rate=0.25"]
    optimizers = composed(words).optimizers
    assert optimizers["momentum"] == Momentum(0.25, momentum=0.5)
    assert optimizers["sgd"] == SGD(0.25)
    assert optimizers["nesterov"].momentum == 0.9
    assert {each.learning_rate for each in optimizers.values()} == {0.25}


def test_classes_of_the_user_are_found_and_have_a_learning_rate(tmp_path: Path) -> None:
    for group, text in {
        "activation/mine.yaml": "_target_: nn.ReLU\n",
        "optimizer/mine.yaml": "_target_: nn.SGD\nlearning_rate: 3.0\n",
    }.items():
        (tmp_path / group).parent.mkdir()
        (tmp_path / group).write_text(text, encoding="utf-8")
    subject = composed(["activation=mine"], tmp_path)
    assert subject.optimizers["mine"] == SGD(3.0)
    assert subject.optimizers["sgd"] == SGD(RATE)
    adam = subject.optimizers["adam"]
    assert isinstance(adam, Adam)
    assert adam.learning_rate == RATE


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["epochz=3"], "epochz"),
        (["loss=mse,ce"], "several values need -m"),
        (["architecture.sizes=[784,10,3]"], "does not fit the data"),
    ],
)
def test_a_mistake_in_a_word_is_an_error(words: list[str], message: str) -> None:
    with pytest.raises(Exception, match=message) as caught:
        composed(words)
    assert isinstance(caught.value, ConfigError) or "epochz" in message
