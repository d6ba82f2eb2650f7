"""Hydra's own options: those that do nothing here are refused, from a command or from a file."""

import copy
from functools import cache
from pathlib import Path

import pytest
from hydra.conf import ConfigSourceInfo
from omegaconf import DictConfig, OmegaConf

from experiments.configuration import (
    check_hydra_options,
    check_same_for_all,
    compose,
    overrides_of,
)
from experiments.configuration.hydra_words import WITHOUT_EFFECT
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


@pytest.mark.parametrize("option", WITHOUT_EFFECT)
def test_an_option_in_a_file_is_refused(option: str) -> None:
    value = {
        "job.env_set": {"A": "1"},
        "job.env_copy": ["A"],
        "job.chdir": True,
        "job_logging": {"root": {"level": "INFO"}},
        "hydra_logging": {"root": {"level": "INFO"}},
    }
    with pytest.raises(ConfigError, match=rf"^hydra\.{option}[=:]"):
        check_hydra_options(changed(option, value.get(option, "elsewhere")))


def with_file(tmp_path: Path, text: str) -> DictConfig:
    """Return Hydra's node after the choice of a file `experiment/mine` with this text."""
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text(text, encoding="utf-8")
    hydra = changed("runtime.choices", {**composed().runtime.choices, "experiment": "mine"})
    hydra.runtime.config_sources.append(ConfigSourceInfo(str(tmp_path), "file", "command-line"))
    return hydra


def test_a_launcher_that_a_file_chooses_in_vain_is_refused(tmp_path: Path) -> None:
    hydra = with_file(tmp_path, "defaults:\n  - override /hydra/launcher: basic\n")
    with pytest.raises(ConfigError) as caught:
        check_hydra_options(hydra)
    assert str(caught.value) == (
        "experiment/mine.yaml: its choice hydra/launcher=basic does nothing, because"
        " conf/config.yaml chooses parallel; no other launcher records a sweep; for one run at a"
        " time write hydra.launcher.processes=1 hydra.launcher.lockstep=1"
    )
    hydra.overrides.hydra = ["hydra/launcher=parallel"]
    check_hydra_options(hydra)


@pytest.mark.parametrize(
    "text",
    [
        "seed: 1\n",
        "defaults:\n  - override /optimizer: adam\n",
        "defaults: [other]\n",
        "defaults:\n  - override /hydra/launcher: parallel\n",
    ],
)
def test_a_file_may_choose_what_counts(tmp_path: Path, text: str) -> None:
    check_hydra_options(with_file(tmp_path, text))


def test_a_logging_that_a_file_chooses_in_vain_is_refused(tmp_path: Path) -> None:
    hydra = with_file(tmp_path, "defaults:\n  - override /hydra/job_logging: default\n")
    with pytest.raises(ConfigError, match=r"chooses none; leave it out$"):
        check_hydra_options(hydra)


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
