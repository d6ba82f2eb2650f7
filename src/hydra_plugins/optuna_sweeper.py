"""Search with Optuna for Hydra: batches of trials, each as large as the launcher can do at once."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.types import Override
from hydra.plugins.launcher import Launcher
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig

from experiments.configuration import (
    SweepConfigs,
    check_overrides,
    experiment_overrides,
    install_command,
    override_parser,
    overrides_of,
)
from experiments.errors import ConfigError
from experiments.processors import usable_processors
from hydra_plugins.grid_sweeper import leave_out_parts

if TYPE_CHECKING:
    from experiments.sweeping import Series


class OptunaSweeper(Sweeper):
    """Searches the overrides that maximise the accuracy on the validation set.

    The result of the launcher for each job must be a `RunSummary`.
    """

    def __init__(self, n_trials: int, seed: int, sampler: str, pruning: bool) -> None:
        self.n_trials = n_trials
        self.seed = seed
        self.sampler = sampler
        self.pruning = pruning

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Keep Hydra's context and configuration, and make the launcher."""
        from hydra.core.plugins import Plugins

        self._context = hydra_context
        self._config = config
        self._launcher: Launcher = Plugins.instance().instantiate_launcher(
            hydra_context=hydra_context, task_function=task_function, config=config
        )

    def sweep(self, arguments: list[str]) -> None:
        """Do the trials that are not done, and print the best one.

        Raise ConfigError for a space or an option that is none, without Optuna, and for a trial
        that cannot be run.
        """
        try:
            import optuna  # noqa: F401
        except ImportError:
            raise ConfigError(
                "hydra/sweeper=optuna: Optuna is not installed; install it with"
                f" {install_command('search')}"
            ) from None
        from experiments.searching import (
            Options,
            Search,
            closing_lines,
            dimensions,
            probes,
            search_folder,
            search_id,
            stage,
        )

        HydraConfig.instance().set_config(self._config)  # for values that refer to Hydra's node
        options = Options(self.n_trials, self.seed, self.sampler, self.pruning)
        parts = dimensions(self._overrides(arguments), self._config)
        if self._config.rerun:
            raise ConfigError(
                "rerun=true: the trials of a search are not done again; another"
                " hydra.sweeper.seed makes another search"
            )
        if options.pruning and self._config.stop_below:
            raise ConfigError("stop_below: hydra.sweeper.pruning=true chooses it; leave out one")
        search = search_id(self._identities(probes(parts)), parts, options)
        folder = None if self._config.plan else search_folder(Path(self._config.outputs), search)
        size, *_ = getattr(self._launcher, "limits", (usable_processors(),))
        with Search.opened(folder, search, parts, options) as study, self._series(search) as series:
            while batch := study.next_batch(size):
                if series is not None:
                    series.stage = stage(study, self.n_trials)
                jobs = [trial.overrides for trial in batch]
                returned = self._launcher.launch(jobs, initial_job_idx=batch[0].number)
                if self._config.plan:
                    print("These are the first trials of the search; the others depend on them.")
                    return
                for trial, each in zip(batch, returned, strict=True):
                    study.tell(trial.number, each.return_value)
            lines = closing_lines(study, self._config.seed)
        print(*lines, sep="\n")

    def _series(self, search: str) -> "AbstractContextManager[Series | None]":
        """Return a series in which the launcher records all batches as one sweep."""
        from experiments.sweeping import Series

        if self._config.plan or not hasattr(self._launcher, "series"):
            return nullcontext()
        words = overrides_of(self._config.hydra, "task")
        name = " ".join(experiment_overrides(words))
        series = Series(search, name=name, overrides=words, say=print)
        self._launcher.series = series
        return series

    def _overrides(self, arguments: Sequence[str]) -> list[Override]:
        """Return the checked overrides of the command line."""
        check_overrides(arguments, multirun=True)
        parser = override_parser(self._context.config_loader)
        overrides = parser.parse_overrides(list(arguments))
        for each in overrides:
            leave_out_parts(each)
        return overrides

    def _identities(self, jobs: Sequence[Sequence[str]]) -> list[str]:
        """Return the identities of jobs, after all of them have been checked."""
        from experiments.sweeping import prepare

        configs = SweepConfigs(self._context.config_loader, self._config)
        return [job.identity for job in prepare(jobs, map(configs.compose, jobs))]
