"""Presets: what a file of conf/replicate/ may say, and the overrides for which it stands."""

from functools import cache
from typing import Any

import pytest

from experiments.configuration import (
    REPLICATE,
    Preset,
    choosable,
    compose,
    compose_each,
    own_words,
    preset,
    preset_name,
    recorded_config,
)
from experiments.errors import ConfigError

PINNED = {
    *("activation", "loss", "loss.output", "optimizer", "optimizer.learning_rate", "initializer"),
    *("schedule", "epochs", "batch_size", "l2", "dataset"),
}
known = cache(preset)
"""The presets of conf/, each read once."""
NEURON = {"weight": 2, "bias": 2, "loss": "mse", "learning_rate": 0.15, "epochs": 300}
NUMBER = {"metric": "test/accuracy", "value": 95.42, "take": "best"}


def described(**other: Any) -> dict[str, Any]:
    return {"title": "t", "source": "s", "numbers": [NUMBER], **other}


@pytest.mark.parametrize("name", choosable(REPLICATE))
def test_every_file_is_a_preset_whose_cases_can_be_composed(name: str) -> None:
    found = known(name)
    jobs = [[*found.words(case, []), "seed=3"] for case in found.all_cases if found.trains]
    for job in compose_each(jobs):
        recorded_config(job.config)


@pytest.mark.parametrize("name", choosable(REPLICATE))
def test_no_preset_depends_on_a_default_that_a_later_study_may_change(name: str) -> None:
    found = known(name)
    for case in found.all_cases if found.trains else ():
        keys = {word.partition("=")[0] for word in found.words(case, [])}
        assert keys >= PINNED


def test_the_overrides_of_a_preset_are_those_that_one_types() -> None:
    settings = {"loss": "ce", "loss.output": "sigmoid", "architecture.sizes": [784, 10]}
    found = Preset.of(described(settings=settings))
    assert found.words(found.all_cases[0], ["seed=1"]) == [
        "loss=ce",
        "loss.output=sigmoid",
        "architecture.sizes=[784,10]",
        "seed=1",
    ]


@pytest.mark.parametrize(
    ("own", "left"),
    [
        ("epochs=3", ["loss=ce", "loss.output=sigmoid", "epochs=3"]),
        ("loss=mse", ["epochs=30", "loss=mse"]),
        ("loss.output=softmax", ["loss=ce", "epochs=30", "loss.output=softmax"]),
        ("l2=1", ["loss=ce", "loss.output=sigmoid", "epochs=30", "l2=1"]),
    ],
)
def test_overrides_of_the_command_line_win(own: str, left: list[str]) -> None:
    settings = {"loss": "ce", "loss.output": "sigmoid", "epochs": 30}
    found = Preset.of(described(settings=settings))
    assert found.words(found.all_cases[0], [own]) == left


def test_an_interpolation_stays_one() -> None:
    found = Preset.of(described(settings={"dataset.split_seed": "${seed}"}))
    words = found.words(found.all_cases[0], ["seed=7"])
    assert words[0] == "dataset.split_seed=${seed}"
    assert compose(words).dataset.split_seed == 7


def test_the_settings_of_a_case_come_after_those_of_all() -> None:
    cases = [{"settings": {"epochs": 5}, "numbers": [NUMBER]}, {"numbers": [NUMBER]}]
    found = Preset.of({**described(settings={"epochs": 3}, cases=cases), "numbers": []})
    assert [found.words(case, []) for case in found.all_cases] == [["epochs=5"], ["epochs=3"]]
    assert [case.name for case in found.all_cases] == ["epochs=5", ""]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        ({"titel": "t"}, "replicate.titel: no such key"),
        ({"numbers": []}, "replicate: needs either numbers or cases"),
        ({"numbers": [{"value": 1}]}, "replicate.numbers[0].metric is missing"),
        (
            {"numbers": [{**NUMBER, "take": "first"}]},
            "replicate: take=first: must be",
        ),
        ({"numbers": [{**NUMBER, "take": 0}]}, "replicate: take=0: epochs begin with 1"),
        (
            {"numbers": [], "cases": [{"neuron": NEURON, "numbers": [{**NUMBER, "take": 301}]}]},
            "replicate: take=301: epochs end with 300",
        ),
        ({"numbers": [{**NUMBER, "best_of": 0}]}, "replicate: best_of=0: must be 1 or more"),
        ({"settings": {"seed": 1}}, "replicate: seed cannot be set by a preset"),
        ({"settings": {"hydra.mode": 1}}, "replicate: hydra.mode cannot be set by a preset"),
        ({"examine": ["tea"]}, "replicate: examine=tea: there are strokes, affine"),
        ({"draw": ["tea"]}, "replicate: draw=tea: there are strokes, weights, curves, error_norms"),
        ({"quick": "yes"}, "replicate.quick: expected bool"),
        ({"seeds": -1}, "replicate: seeds=-1: must be 0 or more"),
        (
            {"numbers": [], "cases": [{"neuron": {**NEURON, "loss": "tea"}}]},
            "replicate: neuron.loss=tea: must be mse or ce",
        ),
        (
            {"numbers": [], "cases": [{"neuron": {**NEURON, "learning_rate": 0}}]},
            "replicate: neuron.learning_rate=0: must be positive",
        ),
        (
            {"numbers": [], "cases": [{"neuron": {**NEURON, "epochs": 0}}]},
            "replicate: neuron.epochs=0: must be 1 or more",
        ),
        (
            {"claims": [{"says": "", "group": "l", "arm": "a", "against": "b", "expects": "c"}]},
            "replicate: expects=c: must be better or tie",
        ),
    ],
)
def test_a_mistake_is_one_line(other: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Preset.of(described(**other))
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_the_words_of_a_command_line_about_its_preset() -> None:
    words = ["+replicate=nielsen/depth", "epochs=3", "-m"]
    assert preset_name(words) == "nielsen/depth"
    assert preset_name(["epochs=3"]) is None
    assert own_words(words) == ["epochs=3", "-m"]


@pytest.mark.parametrize(
    ("take", "words"),
    [
        (3, "test/accuracy, epoch 3"),
        ("best", "test/accuracy, best epoch"),
        ("last", "test/accuracy, last epoch"),
        ("initial", "test/accuracy, initial"),
        ("epoch of the lowest", "epoch of the lowest test/accuracy"),
        ("epoch of the highest", "epoch of the highest test/accuracy"),
    ],
)
def test_a_number_in_words(take: int | str, words: str) -> None:
    found = Preset.of(described(numbers=[{**NUMBER, "take": take}]))
    assert found.numbers[0].words == words


@pytest.mark.parametrize(
    ("metric", "take", "accuracy"),
    [
        ("test/accuracy", "best", True),
        ("test/accuracy", "epoch of the highest", False),
        ("test/cost", "last", False),
    ],
)
def test_the_epoch_of_an_accuracy_is_no_accuracy(metric: str, take: str, accuracy: bool) -> None:
    found = Preset.of(described(numbers=[{"metric": metric, "take": take}]))
    assert found.numbers[0].is_accuracy == accuracy
