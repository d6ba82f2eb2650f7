"""A callback of Hydra: check its options before it makes folders and calls other callbacks."""

from typing import Any

from hydra.experimental.callback import Callback
from omegaconf import DictConfig

from experiments.cli.error_lines import one_line_errors
from experiments.configuration import check_hydra_options


class EarlyChecks(Callback):
    """Ends the program with one line if Hydra's node has an option that does nothing here.

    Hydra makes a warning of an error in a callback, so the error is not raised.
    """

    def on_run_start(self, config: DictConfig, **_: Any) -> None:
        """Check the options of a single run."""
        with one_line_errors():
            check_hydra_options(config.hydra)

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        """Check the options of a sweep."""
        with one_line_errors():
            check_hydra_options(config.hydra)
