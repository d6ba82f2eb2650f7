"""The Optuna sweeper: which batches it gives to its launcher, and how it ends."""

import builtins
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.plugins.launcher import Launcher
from hydra.types import HydraContext, RunMode

from experiments.configuration import CONF, register
from experiments.errors import ConfigError
from experiments.recording import Status
from experiments.terminal import RunSummary

SPACE = ("l2=interval(0,5)", "loss=mse,ce")


class Recorder(Launcher):
    """A launcher that keeps the jobs that it is given; each gets a better result than the last."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def setup(self, **_: Any) -> None:
        raise NotImplementedError

    def launch(
        self, job_overrides: Sequence[Sequence[str]], initial_job_idx: int
    ) -> Sequence[JobReturn]:
        assert initial_job_idx == sum(map(len, self.batches))
        self.batches.append([" ".join(job) for job in job_overrides])
        numbers = range(initial_job_idx, initial_job_idx + len(job_overrides))
        return [
            JobReturn(
                _return_value=RunSummary("", Status.FINISHED, 1, (number / 100,), 0.5, 1.0),
                status=JobStatus.COMPLETED,
            )
            for number in numbers
        ]


def search(folder: Path, *words: str, processes: int = 2, **options: Any) -> list[list[str]]:
    """Search with the sweeper, as Hydra uses it; return the overrides of the jobs of each batch."""
    Plugins.instance()  # imports all plugins again
    from hydra_plugins.optuna_sweeper import OptunaSweeper

    register()
    given = {"n_trials": 5, "seed": 0, "sampler": "tpe", "pruning": True, **options}
    fixed = [
        f"outputs={folder / 'outputs'}",
        "tracking=none",
        f"hydra.launcher.processes={processes}",
        *(word for word in words if "interval" not in word and "," not in word),
    ]
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        config = loader.load_configuration("config", fixed, RunMode.MULTIRUN)
        sweeper = OptunaSweeper(**given)
        context = HydraContext(config_loader=loader, callbacks=None)  # type: ignore[arg-type]
        sweeper.setup(hydra_context=context, task_function=lambda _: None, config=config)
        sweeper._launcher = launcher = Recorder()
        sweeper.sweep(list(words))
    return launcher.batches


def test_a_batch_has_a_trial_for_each_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    batches = search(tmp_path, *SPACE, "epochs=3")
    assert [len(each) for each in batches] == [2, 2, 1]
    assert all(job.endswith(" epochs=3") for batch in batches for job in batch)
    best = batches[-1][0].removesuffix(" epochs=3")
    first, second = capsys.readouterr().out.splitlines()
    assert first == (
        f"5 trials: 5 done. The best on the validation set is trial 4 with 4.00%: {best}"
    )
    assert second.endswith(f"python run.py -m {best} epochs=3 'seed=range(1,6)'")


def test_a_finished_search_does_nothing_and_prints_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    search(tmp_path, *SPACE)
    printed = capsys.readouterr().out
    assert search(tmp_path, *SPACE) == []
    assert capsys.readouterr().out == printed


def test_another_search_has_a_study_of_its_own(tmp_path: Path) -> None:
    first = search(tmp_path, *SPACE)
    assert search(tmp_path, *SPACE, seed=1) != first
    assert len(search(tmp_path, *SPACE, "epochs=3")) == 3
    assert len(list((tmp_path / "outputs" / "searches").iterdir())) == 3


def test_a_plan_shows_the_first_batch_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (batch,) = search(tmp_path, *SPACE, "plan=true")
    assert len(batch) == 2
    assert "the first trials" in capsys.readouterr().out
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((*SPACE, "rerun=true"), "rerun=true: the trials of a search are not done again"),
        ((*SPACE, "stop_below=[0.5]"), "stop_below: hydra.sweeper.pruning=true chooses it"),
        (("epochs=interval(0,3)",), "epochs=0: epochs must be at least 1"),
        (("loss=mse",), "hydra/sweeper=optuna: there is nothing to search"),
    ],
)
def test_a_search_that_cannot_be_done_begins_no_trial(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        search(tmp_path, *words)
    assert str(caught.value).startswith(message)
    assert not (tmp_path / "outputs").exists()


def test_without_optuna_the_error_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = builtins.__import__

    def without_optuna(name: str, *arguments: Any) -> Any:
        if name == "optuna":
            raise ImportError(name)
        return usual(name, *arguments)

    monkeypatch.setattr(builtins, "__import__", without_optuna)
    with pytest.raises(
        ConfigError,
        match=r"Optuna is not installed; .*pip install -c constraints\.txt -e '\.\[search\]'",
    ):
        search(tmp_path, *SPACE)
