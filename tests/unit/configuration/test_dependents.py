"""Which values of a configuration change with others."""

import pytest
from omegaconf import DictConfig, OmegaConf

from experiments.configuration import compose
from experiments.configuration.dependents import Dependents, touch


def config(**values: object) -> DictConfig:
    """Return a configuration with these values."""
    return OmegaConf.create(values)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["seed"], {"seed"}),
        (["optimizer.learning_rate", "l2"], {"optimizer", "l2"}),
        (["epochs"], {"epochs"}),
        ([], set()),
    ],
)
def test_without_interpolations_options_change_alone(keys: list[str], expected: set[str]) -> None:
    assert Dependents(compose()).of(keys) == expected


def test_values_change_with_those_that_they_use_also_through_others() -> None:
    found = Dependents(
        config(seed=1, l2="${seed}", dataset={"split_seed": "${l2}", "x": 1}, batch_size=3)
    )
    assert found.of(["seed"]) == {"seed", "l2", "dataset"}
    assert found.of(["batch_size"]) == {"batch_size"}


def test_the_number_of_epochs_changes_a_schedule_that_uses_it() -> None:
    assert Dependents(compose(["schedule=cosine"])).of(["epochs"]) == {"epochs", "schedule"}


def test_a_whole_group_changes_with_its_parts() -> None:
    assert Dependents(config(optimizer={"a": 1}, loss="${optimizer}")).of(["optimizer.a"]) == {
        "optimizer",
        "loss",
    }


@pytest.mark.parametrize("text", ["${hydra:job.num}", "${${name}}", "${.seed}", "${ .seed}"])
def test_interpolations_whose_keys_are_not_in_their_text_are_not_known(text: str) -> None:
    assert Dependents(config(seed=1, l2=text)).of(["seed"]) is None


def test_the_names_of_chosen_files_do_not_change() -> None:
    found = Dependents(config(seed=1, l2="${rates.${hydra:runtime.choices.loss}}"))
    assert found.of(["seed"]) == {"seed"}


@pytest.mark.parametrize("key", ["outputs", "dtype", "architecture.sizes", "tracking.uri", "plan"])
def test_options_that_are_no_numbers_of_an_experiment_are_not_known(key: str) -> None:
    assert Dependents(compose()).of([key]) is None


@pytest.mark.parametrize(
    ("key", "other", "expected"),
    [
        ("seed", "seed", True),
        ("optimizer", "optimizer.beta1", True),
        ("optimizer.beta1", "optimizer", True),
        ("optimizer.beta1", "optimizer.beta2", False),
        ("seed", "seeds", False),
    ],
)
def test_keys_touch_if_one_is_a_part_of_the_other(key: str, other: str, expected: bool) -> None:
    assert touch(key, other) is expected
