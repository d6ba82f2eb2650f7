"""Grid search for Hydra: all jobs of a sweep in one batch."""

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.types import Glob, Override
from omegaconf import OmegaConf

from experiments.configuration import (
    MOST_VALUES,
    PARTS,
    REPLICATE,
    STUDY,
    Preset,
    Value,
    check_overrides,
    override,
    override_parser,
    own_words,
)
from experiments.errors import ConfigError

if TYPE_CHECKING:
    from hydra_plugins.parallel_launcher import ParallelLauncher


class GridSweeper(BasicSweeper):
    """Gives the launcher every combination of the values on the command line at once.

    Hydra's own sweeper also composes each job to check it, which the launcher does anyway, and
    writes a `multirun.yaml` into a folder that all sweeps share.
    """

    def __init__(self, params: dict[str, Value] | None) -> None:
        super().__init__(max_batch_size=None)
        self.parameters = params or {}

    def sweep(self, arguments: list[str]) -> Any:
        """Launch every job. Raise ConfigError for values that are no finite set, or none at all."""
        assert self.hydra_context is not None  # noqa: S101 - setup() has set both; for mypy
        assert self.launcher is not None  # noqa: S101
        words = [*map(_word, self.parameters, self.parameters.values()), *arguments]
        check_overrides(words, multirun=True)
        if self.config is not None and self.config.get(STUDY) is not None:
            from hydra_plugins._study_sweeper import sweep_study

            return sweep_study(self.config, words, cast("ParallelLauncher", self.launcher))
        jobs = [job for grid in self._grids(words) for job in self._jobs(grid)]
        check_number(len(jobs))
        return [self.launcher.launch(jobs, initial_job_idx=0)]

    def _grids(self, words: list[str]) -> list[list[str]]:
        """Return the overrides of each case of the chosen preset; without one, all overrides."""
        node = None if self.config is None else self.config.get(REPLICATE)
        if node is None:
            return [words]
        preset = Preset.of(OmegaConf.to_container(node, resolve=False))
        return [preset.words(case, own_words(words)) for case in preset.all_cases]

    def _jobs(self, words: list[str]) -> Sequence[Sequence[str]]:
        """Return every combination of the values of overrides."""
        assert self.hydra_context is not None  # noqa: S101 - setup() has set it; for mypy
        overrides = override_parser(self.hydra_context.config_loader).parse_overrides(words)
        for each in overrides:
            leave_out_parts(each)
        check_number_of_jobs(overrides)
        jobs: Sequence[Sequence[str]]
        (jobs,) = self.split_arguments(overrides, None)
        return jobs


def _word(key: str, value: Value) -> str:
    """Return a parameter as an override. A text is written as on the command line: `1,2`."""
    return f"{key}={value}" if isinstance(value, str) else override(key, value)


def leave_out_parts(given: Override) -> None:
    """Take the files that are only parts of others out of `glob(*)`."""
    value: object = given.value()
    if isinstance(value, Glob):
        value.exclude.extend(PARTS.get(given.key_or_group, ()))


def check_number_of_jobs(overrides: Sequence[Override]) -> None:
    """Raise ConfigError if there are too many jobs, or none: then name the override."""
    numbers = {each.get_key_element(): _number_of_values(each) for each in overrides}
    check_number(math.prod(numbers.values()))


def check_number(jobs: int) -> None:
    """Raise ConfigError if a sweep has too many jobs."""
    if jobs > MOST_VALUES:
        raise ConfigError(f"the sweep has more than {MOST_VALUES:,} runs")


def _number_of_values(given: Override) -> int:
    """Return the number of values of an override. Raise ConfigError if there are none."""
    if not given.is_sweep_override():
        return 1
    if not given.is_discrete_sweep():
        raise ConfigError(
            f"{given.input_line}: an interval has no finite number of values; write a range or a"
            " list of values, or search it with hydra/sweeper=optuna"
        )
    number = sum(1 for _ in itertools.islice(given.sweep_iterator(), MOST_VALUES + 1))
    if not number:
        raise ConfigError(f"{given.input_line}: has no values, so the sweep has no runs")
    return number
