"""Hydra's grid search, as one batch."""

from collections.abc import Sequence
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser


class GridSweeper(BasicSweeper):
    """Every combination of the values on the command line, handed to the launcher at once.

    Hydra's own composes each job a first time only to see that it can, which the launcher does
    anyway, and leaves a `multirun.yaml` in a folder that sweeps share.
    """

    def __init__(self, params: dict[str, str] | None) -> None:
        super().__init__(max_batch_size=None, params=params)

    def sweep(self, arguments: list[str]) -> Any:
        """Launch every job. Raises HydraException for what is no finite set of values."""
        assert self.hydra_context is not None  # noqa: S101 - what setup() has set, for mypy
        assert self.launcher is not None  # noqa: S101
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        overrides = parser.parse_overrides([*self._parse_config(), *arguments])
        jobs: Sequence[Sequence[str]]
        (jobs,) = self.split_arguments(overrides, None)
        return [self.launcher.launch(jobs, initial_job_idx=0)]
