"""Grid search for Hydra: all jobs of a sweep in one batch."""

from collections.abc import Sequence
from typing import Any

from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
from hydra.core.override_parser.overrides_parser import OverridesParser


class GridSweeper(BasicSweeper):
    """Gives the launcher every combination of the values on the command line at once.

    Hydra's own sweeper also composes each job to check it, which the launcher does anyway, and
    writes a `multirun.yaml` into a folder that all sweeps share.
    """

    def __init__(self, params: dict[str, str] | None) -> None:
        super().__init__(max_batch_size=None, params=params)

    def sweep(self, arguments: list[str]) -> Any:
        """Launch every job. Raise HydraException for values that are no finite set."""
        assert self.hydra_context is not None  # noqa: S101 - setup() has set both; for mypy
        assert self.launcher is not None  # noqa: S101
        parser = OverridesParser.create(config_loader=self.hydra_context.config_loader)
        overrides = parser.parse_overrides([*self._parse_config(), *arguments])
        jobs: Sequence[Sequence[str]]
        (jobs,) = self.split_arguments(overrides, None)
        return [self.launcher.launch(jobs, initial_job_idx=0)]
