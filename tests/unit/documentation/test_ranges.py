"""Ranges of options, from the messages of the classes that have them."""

import dataclasses
from typing import Any

import pytest

import nn
from documentation.ranges import range_of
from experiments.errors import ConfigError


def of_class(example: Any, name: str) -> Any:
    return lambda value: dataclasses.replace(example, **{name: value})


@pytest.mark.parametrize(
    ("example", "name", "kind", "expected"),
    [
        (nn.SGD(0.1), "learning_rate", float, "positive"),
        (nn.Momentum(0.1, 0.9), "momentum", float, "at least 0 and below 1"),
        (nn.LeakyReLU(0.01), "slope", float, "above 0 and below 1"),
        (nn.Step(every=1, gamma=0.5), "every", int, "at least 1 epoch"),
        (nn.Step(every=1, gamma=0.5), "gamma", float, "above 0 and at most 1"),
    ],
)
def test_the_range_is_that_of_the_message(
    example: Any, name: str, kind: Any, expected: str
) -> None:
    assert range_of(name, kind, of_class(example, name)) == expected


def test_a_value_that_may_be_null_has_the_range_of_its_type() -> None:
    def attempt(value: int) -> None:
        if value < 1:
            raise ConfigError(f"hydra.launcher.jobs must be 1 or more, not {value}")

    assert range_of("jobs", int | None, attempt) == "1 or more"


def test_messages_about_other_options_are_no_range() -> None:
    def attempt(value: int) -> None:
        raise ConfigError(f"epochs must be at least 1, not {value}")

    assert range_of("seed", int, attempt) == ""


def test_an_empty_text_says_what_it_has_to_be() -> None:
    def attempt(value: str) -> None:
        if not value:
            raise ConfigError("outputs is empty; it has to be a folder")

    assert range_of("outputs", str, attempt) == "a folder"


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("study.metric=tea: choose one of a/b, c", "one of a/b, c"),
        ("study.budgets.full.metric=0: must be 1 or more", "1 or more"),
        ("study.tune.rate: metric=2 must be below high=1; or else", "below high"),
        ("study.metric.loss: one value or more", "one value or more"),
        ("study.other=tea: choose one of a, b", ""),
    ],
)
def test_a_message_that_repeats_the_value_has_a_range(message: str, expected: str) -> None:
    def attempt(value: str) -> None:
        raise ConfigError(message)

    assert range_of("metric", str, attempt) == expected


def test_an_option_without_limits_has_no_range() -> None:
    assert range_of("plan", bool, lambda value: value) == ""
