"""The description of a study: the types of conf/study/, and their checks."""

import itertools
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from experiments.comparison import CHOICES, can_be_compared
from experiments.configuration import (
    GROUPS,
    STUDY,
    install_command,
    override,
    short_form,
    typed_node,
)
from experiments.errors import ConfigError
from experiments.recording import METRICS, RecordedStudy
from experiments.studying.axis import Axis
from experiments.studying.grid_search import GridSearch
from experiments.studying.search import Search

SEED = "seed"
"""The key of the seed, which a study sets itself."""
EPOCHS = "epochs"
DATASET = "dataset"
MOST_AXES_OF_A_GRID = 2
"""A grid over more hyper-parameters needs too many runs."""

Scalar = str | int | float | bool | None


class Budget(Struct, frozen=True, forbid_unknown_fields=True):
    """How much a study may train.

    ``tuning_epochs`` are the epochs that each arm may train in each block until its
    hyper-parameters are chosen. ``tuning_seeds`` are the seeds on which each value is tried.
    ``most_seeds`` are the most seeds on which arms are compared afterwards; 0 ends the study after
    tuning. ``settings`` are options of every run.
    """

    tuning_epochs: int
    tuning_seeds: int
    most_seeds: int
    settings: dict[str, Scalar] = {}


class Study(Struct, frozen=True, forbid_unknown_fields=True):
    """A fair experiment: arms that are tuned alike, and then compared on other seeds.

    ``name`` is what the sweep and its tables are called. ``arms`` names what is compared, with its
    values: `{loss: [mse, ce]}`. ``blocks`` are the choices in each of which the arms are compared:
    every combination is a block. ``tune`` are the hyper-parameters that each arm may choose in each
    block. ``settings`` are options of every run. ``metric`` is that of the last comparison.
    ``margin`` is the equivalence margin in percentage points. ``budget`` is the name of the one
    that is used, of ``budgets``.
    """

    name: str
    arms: dict[str, list[Scalar]]
    tune: dict[str, Axis]
    budget: str
    budgets: dict[str, Budget]
    metric: str
    margin: float
    blocks: dict[str, list[Scalar]] = {}
    settings: dict[str, Scalar] = {}

    @classmethod
    def of(cls, node: object) -> "Study":
        """Return the study that a file of conf/study/ describes.

        Raise ConfigError, which names the key, if it is no study.
        """
        study = typed_node(node, cls, STUDY)
        study.check()
        return study

    def check(self) -> None:
        """Raise ConfigError unless the parts of the study fit together."""
        if not self.name.strip():
            raise ConfigError("study.name is empty; it has to be a name, such as initializers")
        if self.budget not in self.budgets:
            known = ", ".join(self.budgets)
            raise ConfigError(f"study.budget={self.budget}: there is none; choose one of {known}")
        if len(self.arms) != 1 or len(self.values) < 2:
            raise ConfigError(
                "study.arms: one group or option with two values or more, such as {loss: [mse, ce]}"
            )
        if not self.tune:
            raise ConfigError(
                "study.tune: one hyper-parameter or more, such as optimizer.learning_rate"
            )
        for name, axis in self.tune.items():
            axis.check(f"study.tune.{name}")
        self._check_values()
        self._check_keys()
        self._check_numbers()

    def _check_values(self) -> None:
        for part, choices in (("arms", self.arms), ("blocks", self.blocks)):
            for key, values in choices.items():
                words = [override(key, value) for value in values]
                if not values or len(set(words)) < len(words):
                    raise ConfigError(f"study.{part}.{key}: one value or more, each of them once")
        if self.metric not in METRICS:
            raise ConfigError(f"study.metric={self.metric}: choose one of {', '.join(METRICS)}")

    def _check_keys(self) -> None:
        keys = [*self.arms, *self.blocks, *self.tune, *self.settings, *self.limits.settings]
        for key in keys:
            if keys.count(key) > 1:
                raise ConfigError(f"study: {key} is set twice; it can stand in one place only")
            if key.partition(".")[0] in (SEED, "study", "hydra"):
                raise ConfigError(f"study: {key} cannot be set by a study")
        if EPOCHS in (*self.arms, *self.blocks, *self.tune):
            raise ConfigError(f"study: {EPOCHS} is the same for all arms; write it in settings")
        self._check_choices()

    def _check_choices(self) -> None:
        """Raise ConfigError unless the arms can be compared, and the blocks are conditions."""
        if not can_be_compared(self.compared):
            raise ConfigError(
                f"study.arms.{self.compared}: this cannot be compared; choose a group"
                f" ({', '.join(CHOICES)}) or an option, such as loss.output"
            )
        for key in self.blocks:
            if key.partition(".")[0] != DATASET and not can_be_compared(key):
                raise ConfigError(
                    f"study.blocks.{key}: the arms cannot be compared in each value of this; choose"
                    f" a group ({', '.join(GROUPS)}) or an option, such as loss.output"
                )

    def _check_numbers(self) -> None:
        limits = self.limits
        for name, least in (("tuning_epochs", 1), ("tuning_seeds", 1), ("most_seeds", 0)):
            value = getattr(limits, name)
            if value < least:
                key = f"study.budgets.{self.budget}.{name}"
                raise ConfigError(f"{key}={value}: must be {least} or more")
        if not 0 < self.margin < 100:
            raise ConfigError(
                f"study.margin={self.margin:g}: must be above 0 and below 100 percentage points"
            )

    @property
    def compared(self) -> str:
        """The group or option that is compared."""
        return next(iter(self.arms))

    @property
    def values(self) -> list[Scalar]:
        """The values of the arms."""
        return self.arms[self.compared]

    @property
    def limits(self) -> Budget:
        """The chosen budget."""
        return self.budgets[self.budget]

    @property
    def search(self) -> type[Search]:
        """How the hyper-parameters are tuned: one or two on a grid, more with Optuna.

        Raise ConfigError if Optuna is needed, and not installed.
        """
        if len(self.tune) <= MOST_AXES_OF_A_GRID:
            return GridSearch
        try:
            from experiments.studying.sampled_search import SampledSearch
        except ImportError:
            raise ConfigError(
                f"study.tune: Optuna tunes {len(self.tune)} hyper-parameters, and is not installed;"
                f" install it with {install_command('search')}"
            ) from None
        return SampledSearch

    @property
    def fixed(self) -> list[str]:
        """The overrides of every run."""
        settings = self.settings | self.limits.settings
        return [override(key, value) for key, value in settings.items()]

    @property
    def cells(self) -> list["Cell"]:
        """Every arm in every block, block by block."""
        blocks = list(itertools.product(*self.blocks.values()))
        return [
            Cell(
                arm=(override(self.compared, value),),
                block=tuple(map(override, self.blocks, block)),
            )
            for block in blocks
            for value in self.values
        ]

    @property
    def recorded(self) -> RecordedStudy:
        """The study as its sweep records it."""
        return RecordedStudy(
            compared=self.compared,
            tuned=list(self.tune),
            tuning_seeds=self.limits.tuning_seeds,
            metric=self.metric,
            margin=self.margin,
            rows=self.rows if self.limits.most_seeds else 0,
        )

    @property
    def rows(self) -> int:
        """The number of comparisons: pairs of arms, in each block."""
        n = len(self.values)
        return n * (n - 1) // 2 * (len(self.cells) // n)


class Cell(Struct, frozen=True):
    """An arm in a block, as overrides."""

    arm: tuple[str, ...]
    block: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """The overrides of both."""
        return [*self.block, *self.arm]

    @property
    def name(self) -> str:
        """Both in one phrase: `784-30-10 l2=1`."""
        return phrase(self.words)


def phrase(words: Sequence[str]) -> str:
    """Return overrides in one phrase. A text stands for itself, other values have their names."""
    return " ".join(map(_in_phrase, words))


def _in_phrase(word: str) -> str:
    value = word.partition("=")[2]
    try:
        msgspec.json.decode(value)
    except msgspec.DecodeError:
        return value
    return short_form(word, GROUPS)
