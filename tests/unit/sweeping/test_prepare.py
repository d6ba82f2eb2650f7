"""Preparing a sweep: its jobs are checked before the first one starts."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import hydra
import jobs
import msgspec
import pytest
import records
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode

from experiments.configuration import (
    CONF,
    CONTROL,
    JobConfig,
    SweepConfigs,
    compose,
    register,
)
from experiments.errors import ConfigError
from experiments.running import Job
from experiments.sweeping import prepare
from experiments.sweeping.prepare import check_control, distinct, notices


def composed(overrides: Sequence[Sequence[str]]) -> Iterator[JobConfig]:
    """Yield the configurations of jobs, as they are if every file is chosen anew."""
    for each in overrides:
        yield JobConfig(compose(each), each, shape=tuple(each))


def test_a_sweep_has_a_named_job_for_each_configuration() -> None:
    overrides = [["loss=mse", "seed=0"], ["loss=ce", "seed=0"]]
    made = prepare(overrides, composed(overrides))
    assert [job.name for job in made] == ["mse", "ce"]
    assert [job.overrides for job in made] == overrides
    assert len({job.identity for job in made}) == 2


def test_a_configuration_that_cannot_be_run_is_an_error_that_names_the_job() -> None:
    overrides = [["seed=0"], ["seed=1", "batch_size=0"]]
    message = "^seed=1 batch_size=0: batch_size must be at least 1, not 0$"
    with pytest.raises(ConfigError, match=message):
        prepare(overrides, composed(overrides))


def test_jobs_that_differ_in_numbers_are_those_that_are_composed_alone(tmp_path: Path) -> None:
    common = ["optimizer=adam", "schedule=cosine", f"outputs={tmp_path}", "tracking=none"]
    words = [
        [*common, f"epochs={epochs}", f"seed={seed}", "dataset.split_seed=${seed}"]
        for epochs in (2, 3)
        for seed in (0, 1)
    ]
    register()
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        sweep = loader.load_configuration("config", [], RunMode.MULTIRUN)
        configs = SweepConfigs(loader, sweep)
        made = prepare(words, (configs.compose(each) for each in words))
        assert [job.config.dataset["split_seed"] for job in made] == [0, 1, 0, 1]
        assert [job.config.schedule["epochs"] for job in made] == [2, 2, 3, 3]
        for job, each in zip(made, words, strict=True):
            config = loader.load_sweep_config(sweep, each)
            HydraConfig.instance().set_config(config)
            assert job == Job.of(config, config.hydra, job.name)


# Options of the whole sweep

OTHERS = {
    "outputs": Path("elsewhere"),
    "tracking": msgspec.structs.replace(records.NOT_TRACKED, uri="sqlite:///x.db"),
    "checkpoint_every": 2,
    "stop_below": (0.5,),
    "record_weights": (1,),
    "plan": True,
    "retry": True,
    "score_test": False,
    "rerun": True,
}


@pytest.mark.parametrize(("key", "value"), OTHERS.items())
def test_an_option_of_the_whole_sweep_cannot_differ(tmp_path: Path, key: str, value: Any) -> None:
    job = jobs.job(tmp_path)
    if key == "tracking":
        config = msgspec.structs.replace(job.config, tracking=value)
        other = dataclasses.replace(job, config=config)
    else:
        other = dataclasses.replace(job, **{key: value})
    check_control([other, other])
    with pytest.raises(ConfigError, match=f"^{key} cannot differ between the runs of a sweep$"):
        check_control([job, job, other])


def test_every_option_of_the_whole_sweep_is_checked() -> None:
    assert set(OTHERS) == set(CONTROL)


def test_options_of_the_experiment_can_differ(tmp_path: Path) -> None:
    check_control([jobs.job(tmp_path, seed=seed, epochs=seed + 1) for seed in range(3)])


def test_a_sweep_says_once_that_it_looks_at_the_test_set(tmp_path: Path) -> None:
    plain, *curves = (jobs.job(tmp_path, seed=n, test_curve=n > 0) for n in range(3))
    assert notices([plain]) == []
    assert notices([plain, *curves]) == [
        "The test set is looked at after each epoch (test_curve=true): choose nothing by it."
    ]


# Duplicates


def named(folder: Path, seed: int, name: str) -> Job:
    return jobs.job(folder, seed=seed, name=name)


def test_jobs_without_duplicates_stay_as_they_are(tmp_path: Path) -> None:
    made = [named(tmp_path, seed, f"seed={seed}") for seed in (2, 0, 1)]
    assert distinct(made) == (made, [])


def test_a_duplicate_with_another_name_is_the_same_run(tmp_path: Path) -> None:
    first, other, duplicate = (
        named(tmp_path, 0, "l2=0"),
        named(tmp_path, 1, "l2=1"),
        named(tmp_path, 0, "l2=0.0"),
    )
    unique, messages = distinct([first, other, duplicate])
    assert unique == [first, other]
    assert messages == ["l2=0.0 is the same run as l2=0"]


def test_a_duplicate_with_the_same_name_is_in_the_sweep_more_than_once(tmp_path: Path) -> None:
    first, second = named(tmp_path, 0, "seed=0"), named(tmp_path, 0, "seed=0")
    unique, messages = distinct([first, second])
    assert unique == [first]
    assert messages == ["seed=0 is in the sweep more than once"]
