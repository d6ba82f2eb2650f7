"""The parallel launcher: it checks every job of a sweep, and plans them."""

from pathlib import Path

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig

from experiments.configuration import CONF, register
from experiments.errors import ConfigError


def launch(folder: Path, *jobs: str, processes: object = None, lockstep: object = 4) -> None:
    """Plan jobs with the launcher, as Hydra gives them to it."""
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
        assert launcher.launch([[*job.split(), *common] for job in jobs], initial_job_idx=0) == []


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
