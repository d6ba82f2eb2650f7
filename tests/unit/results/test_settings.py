"""From a row of a frame back to the settings of its run."""

from collections.abc import Sequence
from typing import Any

import frames
import numpy as np
import pandas as pd
import pytest
from omegaconf import OmegaConf

from experiments.configuration import CONF, override
from experiments.results.settings import (
    changed_options,
    choices_of,
    default_outputs,
    default_rate,
    every_choice_has,
    experiment,
    has_file,
    settings,
    value_of,
)


def row(*overrides: str, others: Sequence[tuple[str, ...]] = ()) -> pd.Series:
    """Return the row of a run, from a frame that has ``others``, too."""
    return frames.frame([frames.run(*each) for each in (overrides, *others)]).iloc[0]


def test_an_architecture_with_a_file_is_given_by_its_name() -> None:
    named = choices_of(row(), architecture_by_name=True)
    assert named["architecture"] == "784-30-10"
    assert "architecture.sizes" not in named
    by_sizes = choices_of(row(), architecture_by_name=False)
    assert by_sizes["architecture.sizes"] == (784, 30, 10)
    assert "architecture" not in by_sizes
    own = choices_of(row("architecture.sizes=[784,7,10]"), architecture_by_name=True)
    assert own["architecture.sizes"] == (784, 7, 10)


def test_names_of_classes_are_those_that_the_command_gave() -> None:
    names = [*"abcdefghi", "j, or k"]
    own = row(override("dataset.classes", names), others=[()])
    assert value_of(own, "dataset.classes") == tuple(names)
    assert changed_options(own, choices_of(own, architecture_by_name=True)) == ["dataset.classes"]
    assert experiment(own).dataset.classes == names


def test_a_choice_has_a_file_or_not() -> None:
    assert has_file("loss", "ce")
    assert not has_file("loss", "784-30-10")


def test_an_option_is_of_all_choices_or_of_some() -> None:
    assert every_choice_has("loss.output")
    assert every_choice_has("optimizer.learning_rate")
    assert not every_choice_has("optimizer.beta1")


@pytest.mark.parametrize(
    ("overrides", "changed"),
    [
        ((), []),
        (("optimizer=adam",), []),
        (("optimizer=adam", "optimizer.beta1=0.8"), ["optimizer.beta1"]),
        (("epochs=3", "seed=5", "l2=1"), ["epochs", "l2"]),
        (("loss=ce", "loss.output=sigmoid"), ["loss.output"]),
    ],
)
def test_options_that_differ_from_their_defaults_are_found(
    overrides: tuple[str, ...], changed: list[str]
) -> None:
    run = row(*overrides, others=[("optimizer=adam",), ("schedule=step",)])
    assert sorted(changed_options(run, choices_of(run, architecture_by_name=True))) == changed


def test_settings_have_choices_first_and_the_seed_after_all_options() -> None:
    run = row("loss=ce", "epochs=3", "seed=5")
    chosen = choices_of(run, architecture_by_name=True)
    found = settings(run, chosen, {"epochs", "loss"})
    assert list(found.items()) == [("loss", "ce"), ("epochs", 3), ("seed", 5)]


def test_settings_leave_out_what_the_run_does_not_have() -> None:
    run = row(others=[("schedule=step",)])
    chosen = choices_of(run, architecture_by_name=True)
    assert settings(run, chosen, {"schedule.every"}) == {"seed": 0}


def test_the_outputs_folder_is_given_unless_it_is_the_default() -> None:
    run = row().to_dict()
    chosen = choices_of(run, architecture_by_name=True)
    elsewhere = settings({**run, "outputs": "/elsewhere"}, chosen, set())
    assert list(elsewhere.items()) == [("seed", 0), ("outputs", "/elsewhere")]
    assert "outputs" not in settings({**run, "outputs": default_outputs()}, chosen, set())
    assert "outputs" not in settings({**run, "outputs": None}, chosen, set())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3.0, 3),
        (0.3, 0.3),
        (np.float64(10), 10),
        (np.int64(7), 7),
        ("text", "text"),
        (float("nan"), None),
        (None, None),
        (pd.NA, None),
    ],
)
def test_values_are_those_of_the_command_line(value: Any, expected: object) -> None:
    found = value_of({"key": value}, "key")
    assert found == expected
    assert type(found) is type(expected)
    assert value_of({}, "key") is None


@pytest.mark.parametrize(
    "overrides",
    [
        ("loss=mse", "optimizer=adam", "optimizer.beta1=0.8", "seed=4"),
        ("schedule=step", "schedule.every=3", "architecture.sizes=[784,7,10]"),
        ("dataset.train_size=300", "dataset.subset=leading", "dtype=float64"),
    ],
)
def test_the_experiment_of_a_row_is_the_one_that_was_run(overrides: tuple[str, ...]) -> None:
    run = row(*overrides, others=[()])
    assert experiment(run) == frames.composed(frozenset(overrides)).experiment


@pytest.mark.parametrize(
    ("overrides", "arm"),
    [
        ((), ("sigmoid", "mse", "sgd")),
        (("loss=ce", "optimizer.learning_rate=7"), ("sigmoid", "ce", "sgd")),
        (("optimizer=adam", "architecture.sizes=[784,5,10]"), ("sigmoid", "mse", "adam")),
        (("activation=relu", "loss=ce"), ("relu", "ce", "sgd")),
    ],
)
def test_the_default_rate_depends_on_the_choices_only(
    overrides: tuple[str, ...], arm: tuple[str, str, str]
) -> None:
    activation, loss, optimizer = arm
    rates = OmegaConf.load(CONF / "learning_rates.yaml").learning_rates
    assert default_rate(row(*overrides)) == rates[activation][loss][optimizer]
