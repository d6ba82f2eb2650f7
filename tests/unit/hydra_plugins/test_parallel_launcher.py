"""The parallel launcher: it checks every job of a sweep, and plans them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig

from experiments.configuration import CONF, register
from experiments.errors import ConfigError
from experiments.running import Job


def launch(folder: Path, *jobs: str, processes: object = None, lockstep: object = 4) -> None:
    """Plan jobs with the launcher, as Hydra gives them to it."""
    with started(folder, processes, lockstep) as (launcher, common):
        planned = launcher.launch([[*job.split(), *common] for job in jobs], initial_job_idx=0)
        assert planned == []


def prepared(folder: Path, *parts: list[str]) -> list[list[Job]]:
    """Return the jobs of several parts, prepared by one launcher."""
    with started(folder) as (launcher, common):
        return [launcher.prepare([[word, *common] for word in part]) for part in parts]


@contextmanager
def started(
    folder: Path, processes: object = None, lockstep: object = 4
) -> Iterator[tuple[Any, list[str]]]:
    """Yield a launcher as Hydra sets it up, and the overrides of all its jobs."""
    Plugins.instance()  # imports all plugins again
    from hydra_plugins.parallel_launcher import ParallelLauncher

    register()
    common = [f"outputs={folder / 'outputs'}", "plan=true", "tracking=none", "epochs=1"]
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        config = loader.load_configuration("config", common, RunMode.MULTIRUN)
        launcher = ParallelLauncher(processes, lockstep)  # type: ignore[arg-type] - users write anything
        context = HydraContext(config_loader=loader, callbacks=None)  # type: ignore[arg-type]
        launcher.setup(hydra_context=context, task_function=_nothing, config=config)
        yield launcher, common


def _nothing(_: DictConfig) -> None:
    """Do nothing; the launcher calls its own function."""


def test_jobs_are_planned_under_the_names_of_their_differences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    launch(tmp_path, "loss=mse dataset.train_size=100", "loss=ce dataset.train_size=100")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1:3]] == ["mse", "ce"]
    assert lines[-1].startswith("2 of 2 runs to do")
    assert not (tmp_path / "outputs").exists()


def test_jobs_of_a_later_part_have_their_own_values(tmp_path: Path) -> None:
    """The value that the very first job had is no longer that of the part's first job."""
    parts = [["l2=0", "l2=1"], ["l2=2", "l2=0", "l2=1"], ["l2=0"]]
    for part, values in zip(prepared(tmp_path, *parts), ([0, 1], [2, 0, 1], [0]), strict=True):
        assert [job.experiment.l2 for job in part] == values
        assert [job.overrides[0] for job in part] == [f"l2={value}" for value in values]


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        (["seed=1", "seed=-1"], "seed=-1 outputs="),
        (["seed=1", "dataset.validation_size=0"], "dataset.validation_size=0 outputs="),
    ],
)
def test_a_job_with_a_mistake_is_named(tmp_path: Path, jobs: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        launch(tmp_path, *jobs)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("processes", [0, -1])
def test_a_sweep_needs_a_process(tmp_path: Path, processes: int) -> None:
    with pytest.raises(ConfigError, match=rf"processes must be 1 or more, not {processes}"):
        launch(tmp_path, "seed=1", processes=processes)


@pytest.mark.parametrize("lockstep", [0, None, "all"])
def test_the_number_of_runs_in_lockstep_is_whole(tmp_path: Path, lockstep: object) -> None:
    with pytest.raises(ConfigError, match=r"^hydra\.launcher\.lockstep must be "):
        launch(tmp_path, "seed=1", lockstep=lockstep)


@pytest.mark.parametrize(
    ("processes", "shown"), [(True, "true"), (2.5, "2.5"), ("2", "the text 2"), ([2], r"\[2\]")]
)
def test_the_number_of_processes_is_whole(tmp_path: Path, processes: object, shown: str) -> None:
    with pytest.raises(ConfigError, match=rf"processes must be a whole number, not {shown}$"):
        launch(tmp_path, "seed=1", processes=processes)


def test_the_checks_of_many_jobs_are_announced() -> None:
    Plugins.instance()  # imports all plugins again
    from hydra_plugins.parallel_launcher import MANY, announcement

    assert announcement(MANY - 1) == ""
    assert announcement(2000).startswith("Checking 2,000 runs before the first one starts")


def test_a_file_that_brings_a_launcher_of_its_own_is_refused_as_one_of_several(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigError, match=r"sets hydra\.launcher, which counts only"):
        launch(tmp_path, "seed=1", "hydra.launcher.processes=1")
