"""The grid sweeper: which jobs it gives to its launcher, in one batch."""

from collections.abc import Sequence
from typing import Any

import pytest
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext
from omegaconf import DictConfig

from experiments.configuration import Value
from experiments.errors import ConfigError


class Recorder(Launcher):
    """A launcher that keeps the jobs that it is given, and runs nothing."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Sequence[str]]] = []

    def setup(self, **_: Any) -> None:
        raise NotImplementedError

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        self.batches.append(job_overrides)
        return []


class Groups:
    """Hydra's loader of configurations, as far as `glob` uses it: the files in a group."""

    def get_group_options(self, group: str, **_: Any) -> list[str]:
        return {"loss": ["ce", "mse"], "dataset": ["cut", "folder", "mnist"]}[group]


def jobs(
    *words: str, params: dict[str, Value] | None = None, config: DictConfig | None = None
) -> list[str]:
    """Return the overrides of each job as one text."""
    Plugins.instance()  # imports all plugins again
    from hydra_plugins.grid_sweeper import GridSweeper

    sweeper = GridSweeper(params)
    sweeper.launcher = launcher = Recorder()
    sweeper.config = config
    loader: Any = Groups()
    sweeper.hydra_context = HydraContext(config_loader=loader, callbacks=None)  # type: ignore[arg-type]
    sweeper.sweep(list(words))
    (batch,) = launcher.batches
    return [" ".join(job) for job in batch]


def test_every_combination_is_a_job() -> None:
    assert jobs("loss=mse,ce", "epochs=3", "seed=range(2)") == [
        "loss=mse epochs=3 seed=0",
        "loss=mse epochs=3 seed=1",
        "loss=ce epochs=3 seed=0",
        "loss=ce epochs=3 seed=1",
    ]


def test_the_parameters_of_the_sweeper_are_overrides_that_the_command_line_may_replace() -> None:
    params: dict[str, Value] = {"seed": "range(2)", "epochs": "1,2"}
    assert jobs("epochs=3", params=params) == ["seed=0 epochs=3", "seed=1 epochs=3"]


def test_a_parameter_that_is_no_text_is_its_value() -> None:
    params: dict[str, Value] = {"plan": True, "dataset.train_size": None, "record_weights": [1, 2]}
    assert jobs(params=params) == ["plan=True dataset.train_size=null record_weights=[1,2]"]


def test_a_descending_range_is_sorted_by_its_values() -> None:
    assert jobs("seed=sort(range(4,-1,-2))") == ["seed=0", "seed=2", "seed=4"]


def test_a_glob_is_every_file_of_the_group_that_matches() -> None:
    assert jobs("loss=glob(*)") == ["loss=ce", "loss=mse"]


def test_a_glob_leaves_out_what_is_only_a_part() -> None:
    assert jobs("dataset=glob(*)") == ["dataset=folder", "dataset=mnist"]
    assert jobs("dataset=glob(*,exclude=f*)") == ["dataset=mnist"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["loss=glob(x*)"], "loss=glob(x*): has no values, so the sweep has no runs"),
        (["l2=interval(0,1)"], "l2=interval(0,1): an interval has no finite number of values"),
        (["seed=range(1000)", "epochs=range(1,1000)"], "the sweep has more than 10,000 runs"),
        (["seed=range(5,1)"], "seed=range(5,1): it has no values"),
        (["seed=1,"], "seed=1,: Hydra cannot read this value"),
    ],
)
def test_a_sweep_without_a_finite_number_of_jobs_is_refused(words: list[str], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        jobs(*words)
    assert str(caught.value).startswith(message)


def test_every_case_of_a_preset_is_a_job_for_every_combination() -> None:
    cases = [{"settings": {"epochs": 3, "l2": 1}}, {"settings": {"epochs": 5}}]
    preset = {"title": "t", "source": "s", "settings": {"loss": "ce"}, "cases": cases}
    config = DictConfig({"replicate": preset})
    assert jobs("+replicate=x", "seed=0,1", config=config) == [
        "loss=ce epochs=3 l2=1 seed=0",
        "loss=ce epochs=3 l2=1 seed=1",
        "loss=ce epochs=5 seed=0",
        "loss=ce epochs=5 seed=1",
    ]
    assert jobs("+replicate=x", "l2=7", "loss=mse", config=config) == [
        "epochs=3 l2=7 loss=mse",
        "epochs=5 l2=7 loss=mse",
    ]
