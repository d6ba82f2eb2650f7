"""The options of conf/: all of them, as the configuration has them."""

import pytest
from omegaconf import DictConfig, OmegaConf

from documentation.options import (
    Group,
    Option,
    chosen_by_default,
    group,
    main_options,
    shown,
    without_meaning,
)
from experiments.configuration import CONF, CONTROL, DESCRIBED, GROUPS, PARTS, compose
from experiments.configuration.schema import CHOSEN_BY_NAME

HYDRA = ("hydra/launcher", "hydra/sweeper")


@pytest.fixture(scope="module")
def groups() -> dict[str, Group]:
    return {name: group(name, default) for name, default in chosen_by_default().items()}


def option(options: list[Option], name: str) -> Option:
    (found,) = (each for each in options if each.name == name)
    return found


def test_the_groups_are_those_of_the_configuration(groups: dict[str, Group]) -> None:
    assert {*groups} == {*CHOSEN_BY_NAME, *HYDRA}


def test_a_group_has_all_files_of_its_folder_and_begins_with_the_default(
    groups: dict[str, Group],
) -> None:
    for name, default in chosen_by_default().items():
        choices = [each.name for each in groups[name].choices]
        files = {path.stem for path in (CONF / name).glob("*.yaml")}
        assert {*choices} == files - {*PARTS.get(name, ())}
        assert choices[0] == default


@pytest.mark.parametrize("name", GROUPS)
def test_every_option_of_a_default_choice_is_there(groups: dict[str, Group], name: str) -> None:
    node = compose()[name]
    assert isinstance(node, DictConfig)
    assert {str(key) for key in node} - {"_target_"} <= {each.name for each in groups[name].options}


def test_the_main_options_are_all_that_are_no_groups() -> None:
    names = {each.name for each in main_options()}
    assert names == {*DESCRIBED, *CONTROL} - {*CHOSEN_BY_NAME}


def test_every_option_is_explained(groups: dict[str, Group]) -> None:
    found = {name: without_meaning(each.options) for name, each in groups.items()}
    found["config"] = without_meaning(main_options())
    assert {name: names for name, names in found.items() if names} == {}


def test_an_option_has_type_range_and_default(groups: dict[str, Group]) -> None:
    beta = option(groups["optimizer"].options, "beta1")
    assert (beta.kind, beta.range) == ("number", "at least 0 and below 1")
    assert beta.defaults == {"adam": "`0.9`", "adamw": "`0.9`"}
    size = option(groups["dataset"].options, "train_size")
    assert (size.kind, size.range) == ("whole number, or null", "at least 1 image")
    epochs = option(main_options(), "epochs")
    assert (epochs.kind, epochs.range) == ("whole number", "at least 1")
    assert epochs.defaults == {"": f"`{OmegaConf.select(compose(), 'epochs')}`"}
    fit = option(groups["architecture"].options, "fit")
    assert (fit.kind, {*fit.defaults.values()}) == ("true or false", {"`false`"})
    lockstep = option(groups["hydra/launcher"].options, "lockstep")
    assert (lockstep.kind, lockstep.range) == ("whole number", "1 or more")
    trials = option(groups["hydra/sweeper"].options, "n_trials")
    assert (trials.kind, trials.range) == ("whole number", "1 or more")


def test_a_number_has_a_range_or_none_is_needed(groups: dict[str, Group]) -> None:
    """Every number of a run has limits, so a missing range means a message of another form."""
    numbers = ("whole number", "number")
    options = [*main_options(), *(each for name in GROUPS for each in groups[name].options)]
    assert [each.name for each in options if each.kind in numbers and not each.range] == []


def test_a_meaning_says_something_of_its_own(groups: dict[str, Group]) -> None:
    """No comment begins in the middle of a sentence, and none is only a list of the values."""
    options = [*main_options(), *(each for group in groups.values() for each in group.options)]
    begun = [each.name for each in options if each.about.startswith(("or ", "of a ", "as in "))]
    assert begun == []
    assert [each.name for each in options if each.about == each.kind.replace("`", "")] == []


def test_an_option_that_means_different_things_is_explained_for_each_choice(
    groups: dict[str, Group],
) -> None:
    gamma = option(groups["schedule"].options, "gamma")
    first, second = gamma.about.split("<br>")
    assert first.startswith("exponential: ")
    assert second.startswith("step: ")
    assert "<br>" not in option(groups["dataset"].options, "gz_sha256").about


def test_defaults_as_one_writes_them() -> None:
    assert shown(None) == "`null`"
    assert shown(True) == "`true`"
    assert shown([0, 1]) == "`[0, 1]`"
    assert shown("sigmoid") == "`sigmoid`"
    assert shown("${epochs}") == "`${epochs}`"
    assert shown("???") == "none: give one"
    assert shown({"train_images": "0a" * 32}) == "a hash of each file"
    assert shown({"train_images": "a" * 200}) == "written in its file"
    assert shown({}) == "`{}`"
    assert "tuned" in shown("${learning_rates.a.b.sgd}")
