"""Hydra's own options: those that do nothing here are refused, from a command or from a file."""

import copy
from functools import cache

import pytest
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf

from experiments.configuration import (
    check_hydra_options,
    check_same_for_all,
    compose,
    overrides_of,
)
from experiments.configuration.hydra_options import WITHOUT_EFFECT
from experiments.errors import ConfigError


@cache
def composed() -> DictConfig:
    """Hydra's node as it is without overrides."""
    hydra: DictConfig = compose().hydra
    return hydra


def changed(option: str, value: object) -> DictConfig:
    """Return Hydra's node with another value of an option."""
    hydra = copy.deepcopy(composed())
    OmegaConf.set_readonly(hydra, False)
    OmegaConf.set_struct(hydra, False)
    OmegaConf.update(hydra, option, value, force_add=True)
    return hydra


@pytest.mark.parametrize(
    "word",
    [
        "hydra.run.dir=elsewhere",
        "hydra.sweep.dir=elsewhere",
        "hydra.sweep.subdir=elsewhere",
        "hydra.output_subdir=elsewhere",
        "hydra.job.chdir=true",
        "hydra.job.name=name",
        "+hydra.job.env_set.A=1",
        "hydra.verbose=true",
    ],
)
def test_an_option_without_effect_is_refused(word: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_hydra_options(changed("overrides.hydra", [word]))
    assert str(caught.value).startswith(f"{word}: this option of Hydra does nothing here")


@pytest.mark.parametrize("word", ["hydra/launcher=basic", "hydra.launcher.processes=2", "seed=1"])
def test_an_option_with_an_effect_is_accepted(word: str) -> None:
    check_hydra_options(changed("overrides.hydra", [word]))


@pytest.mark.parametrize("option", WITHOUT_EFFECT)
def test_an_option_in_a_file_is_refused(option: str) -> None:
    value = {"job.env_set": {"A": "1"}, "job.env_copy": ["A"], "job.chdir": True}
    with pytest.raises(ConfigError, match=rf"^hydra\.{option}="):
        check_hydra_options(changed(option, value.get(option, "elsewhere")))


def test_parameters_of_a_sweep_need_a_sweep() -> None:
    swept = changed("sweeper.params", {"seed": "1,2"})
    with pytest.raises(ConfigError, match=r"a sweep needs -m$"):
        check_hydra_options(swept)
    swept.mode = RunMode.MULTIRUN
    check_hydra_options(swept)


@pytest.mark.parametrize("part", ["launcher.processes", "sweeper.params"])
def test_a_launcher_or_a_sweeper_of_one_job_is_refused(part: str) -> None:
    value = {"launcher.processes": 1, "sweeper.params": {"seed": "1,2"}}[part]
    job = changed(part, value)
    check_same_for_all(job, job, ["seed=1"])
    with pytest.raises(ConfigError, match=r"^\+experiment=a: sets hydra\."):
        check_same_for_all(job, composed(), ["+experiment=a"])


def test_overrides_are_returned_as_they_were_written() -> None:
    words = ["batch_size=${epochs}", "loss=ce"]
    assert overrides_of(compose([*words, "hydra.mode=RUN"]).hydra, "task") == words
