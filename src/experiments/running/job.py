"""A job: a checked run before its execution, with its configuration, identity and folder."""

import dataclasses
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from omegaconf import DictConfig

from experiments.configuration import (
    Experiment,
    JobConfig,
    build,
    changed_experiment,
    changed_record,
    check_hydra_options,
    choices,
    overrides_of,
    own_config_dir,
    recorded_config,
    run_name,
    with_sizes,
)
from experiments.errors import UserError
from experiments.recording import (
    Origin,
    Record,
    RecordedConfig,
    RecordedDataset,
    Start,
    Status,
    read_record,
    run_folder,
)
from experiments.running.environment import environment
from experiments.running.identity import identity, origin
from experiments.running.initialisation import initial_state
from experiments.training import Progress
from nn import Network


@dataclass(frozen=True)
class Job:
    """A run that is to be done: its name, its experiment, and the place of its record."""

    name: str
    overrides: Sequence[str]
    choices: Mapping[str, str]
    config: RecordedConfig
    experiment: Experiment
    origin: Origin
    outputs: Path
    checkpoint_every: int
    stop_below: Sequence[float] = ()
    record_weights: Sequence[int] = ()
    plan: bool = False
    retry: bool = False
    score_test: bool = True
    rerun: bool = False
    config_dir: str = ""

    @classmethod
    def of(cls, config: DictConfig, hydra: DictConfig, name: str = "") -> "Job":
        """Return the run that a composed configuration describes, checked.

        ``hydra`` is the node of the configuration that Hydra adds. Without a ``name`` the run gets
        the name of a single run. Raise ConfigError or DataError.
        """
        check_hydra_options(hydra)
        experiment = build(config)
        overrides = overrides_of(hydra, "task")
        chosen = choices(hydra)
        return cls(
            name=_fitted(name, config, chosen, experiment.sizes)
            or run_name(experiment.sizes, chosen, overrides),
            overrides=overrides,
            choices=chosen,
            config=recorded_config(config, experiment.sizes),
            experiment=experiment,
            origin=origin(experiment),
            outputs=Path(config.outputs).absolute(),
            checkpoint_every=config.checkpoint_every,
            stop_below=tuple(config.stop_below),
            record_weights=tuple(config.record_weights),
            plan=config.plan,
            retry=config.retry,
            score_test=config.score_test,
            rerun=config.rerun,
            config_dir=own_config_dir(hydra),
        )

    def changed(self, to: JobConfig, name: str) -> "Job":
        """Return the run of a configuration that differs from this one's in some keys only.

        They are in ``to.changed``. Raise as `of` does.
        """
        assert to.changed is not None  # noqa: S101 - the caller has checked it; for mypy
        experiment = changed_experiment(self.experiment, to.config, to.changed)
        return dataclasses.replace(
            self,
            name=_fitted(name, to.config, self.choices, experiment.sizes),
            overrides=to.overrides,
            config=changed_record(self.config, to.config, to.changed),
            experiment=experiment,
            origin=origin(experiment),
        )

    @cached_property
    def identity(self) -> str:
        """The identity, which all runs with the same numbers share."""
        return identity(self.origin)

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return run_folder(self.outputs, self.identity)

    def opens_test(self, record: Record) -> bool:
        """Return whether all that is left to do is to open the test set of a finished run."""
        return self.score_test and record.untested

    def is_settled(self, record: Record | None) -> bool:
        """Return whether there is nothing to do, given the record: complete, failed or stopped."""
        if self.rerun or record is None or record.end is None or self.opens_test(record):
            return False
        if record.status is Status.FAILED:
            return not self.retry
        return record.final or self.stops_after(record.validation_accuracies) is not None

    def stops_after(self, accuracies: Sequence[float]) -> int | None:
        """Return the epoch after which `stop_below` stops the run; None if it goes on.

        ``accuracies`` are those on the validation set, one per epoch.
        """
        reached = enumerate(zip(accuracies, self.stop_below, strict=False), 1)
        too_low = (epoch for epoch, (accuracy, least) in reached if accuracy < least)
        trained = self.experiment.is_trained
        return next((epoch for epoch in too_low if not trained(accuracies[:epoch])), None)

    def is_settled_on_disk(self) -> bool:
        """Return whether there is nothing to do, by its journal; false if that is unreadable."""
        with suppress(UserError):
            return self.is_settled(read_record(self.folder))
        return False

    def initialise(self) -> tuple[Network, Progress]:
        """Return the network before its first step, and the progress of a training at its start."""
        return initial_state(self.experiment)

    def start(self, dataset: RecordedDataset | None = None) -> Start:
        """Return the first event of the run."""
        return Start(
            id=uuid.uuid4().hex,
            identity=self.identity,
            origin=self.origin,
            name=self.name,
            overrides=list(self.overrides),
            choices=dict(self.choices),
            config=self.config,
            environment=environment(),
            dataset=dataset,
        )


def _fitted(name: str, config: DictConfig, chosen: Mapping[str, str], sizes: Sequence[int]) -> str:
    """Return a name that has the sizes of the network, if they may be the data's."""
    return with_sizes(name, chosen["architecture"], sizes) if config.architecture.fit else name
