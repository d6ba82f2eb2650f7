"""The options of a search, those of conf/hydra/sweeper/optuna.yaml."""

from dataclasses import dataclass

from experiments.errors import ConfigError

SAMPLERS = ("tpe", "random")
"""The samplers: the tree-structured Parzen estimator (Bergstra et al. 2011), and random search."""
LARGEST_SEED = 2**32 - 1


@dataclass(frozen=True)
class Options:
    """The options of a search. Raise ConfigError for a value that is none."""

    n_trials: int
    seed: int
    sampler: str
    pruning: bool

    def __post_init__(self) -> None:
        _check_whole("n_trials", self.n_trials, least=1)
        _check_whole("seed", self.seed, least=0)
        if self.seed > LARGEST_SEED:
            raise ConfigError(f"hydra.sweeper.seed can be at most {LARGEST_SEED}, not {self.seed}")
        if self.sampler not in SAMPLERS:
            raise ConfigError(
                f"hydra.sweeper.sampler must be {' or '.join(SAMPLERS)}, not {self.sampler}"
            )
        if not isinstance(self.pruning, bool):
            raise ConfigError(f"hydra.sweeper.pruning must be true or false, not {self.pruning}")


def _check_whole(name: str, value: object, *, least: int) -> None:
    """Raise ConfigError unless an option is a whole number of at least ``least``."""
    if not isinstance(value, int) or isinstance(value, bool):
        shown = "null" if value is None else str(value).lower() if value in (True, False) else value
        raise ConfigError(f"hydra.sweeper.{name} must be a whole number, not {shown}")
    if value < least:
        raise ConfigError(f"hydra.sweeper.{name} must be {least} or more, not {value}")
