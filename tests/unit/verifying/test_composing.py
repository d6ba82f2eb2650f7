"""Subjects from overrides, and from files of the user."""

from pathlib import Path

import pytest
from networks import classes

from experiments.errors import ConfigError
from experiments.verifying import composed
from experiments.verifying.composing import RATE
from nn import SGD, Adam, CrossEntropyCost, Momentum, ReLU, Tanh


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


@pytest.mark.parametrize(("name", "rate"), [("huang", 0.001), ("nielsen/quadratic_30", 3.0)])
def test_a_preset_of_one_setting_is_the_words_for_which_it_stands(name: str, rate: float) -> None:
    subject = composed([f"+replicate={name}"])
    assert subject.optimizers[subject.chosen].learning_rate == rate
    sizes = (784, 128, 64, 10) if name == "huang" else (784, 30, 10)
    assert subject.network.sizes == sizes


def test_words_beside_a_preset_win_and_can_choose_one_of_its_settings() -> None:
    assert composed(["+replicate=huang", "activation=tanh"]).network.activation == Tanh()
    words = ["dataset.train_size=200", "epochs=7500", "l2=0.02"]
    subject = composed(["+replicate=nielsen/training_set_size", *words])
    assert subject.penalty == 0.02 / (2 * 200)


@pytest.mark.parametrize(
    ("words", "sizes", "rate"),
    [
        (["optimizer.learning_rate=100"], (784, 30, 10), 100.0),
        (["architecture.sizes=[784,100,10]"], (784, 100, 10), 0.001),
    ],
)
def test_a_word_of_one_setting_of_a_preset_chooses_it(
    words: list[str], sizes: tuple[int, ...], rate: float
) -> None:
    subject = composed(["+replicate=nielsen/learning_rate", *words])
    assert subject.network.sizes == sizes
    assert subject.optimizers[subject.chosen].learning_rate == rate


def test_a_preset_of_the_user_is_found(tmp_path: Path) -> None:
    (tmp_path / "replicate").mkdir()
    (tmp_path / "replicate" / "wide.yaml").write_text(
        "title: a\nsource: b\nsettings: {architecture.sizes: [784, 7, 10]}\n"
        "numbers: [{metric: test/accuracy}]\n",
        encoding="utf-8",
    )
    assert composed(["+replicate=wide"], tmp_path).network.sizes == (784, 7, 10)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["+replicate=nielsen/training_set_size"],
            "it has 9 settings; add the words of one of them: dataset.train_size=100 epochs=15000"
            " l2=0.01 or dataset.train_size=200 ",
        ),
        (["+replicate=nielsen/learning_rate", "optimizer.learning_rate=5"], "it has 2 settings"),
        (["+replicate=nielsen/saturated_neuron"], "it has no network to verify"),
        (["epochz=3"], "epochz"),
        (["loss=mse,ce"], "several values need -m"),
        (["architecture.sizes=[784,10,3]"], "does not fit the data"),
    ],
)
def test_a_mistake_in_a_word_is_an_error(words: list[str], message: str) -> None:
    with pytest.raises(Exception, match=message) as caught:
        composed(words)
    assert isinstance(caught.value, ConfigError) or "epochz" in message
