"""A preset: a file of conf/replicate/, which is a published experiment with its numbers."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import Struct

from experiments.configuration.command_line import Value, override
from experiments.configuration.schema import ADDED, REPLICATE
from experiments.configuration.typed_nodes import typed_node
from experiments.errors import ConfigError

INITIAL = "initial"
"""A word for `Number.take`: before the first epoch."""
LAST = "last"
"""A word for `Number.take`: after the last epoch."""
BEST = "best"
"""A word for `Number.take`: the largest value of all epochs."""
LOWEST = "epoch of the lowest"
"""Other words for `Number.take`: the epoch with the smallest value."""
HIGHEST = "epoch of the highest"
"""Other words for `Number.take`: the epoch with the largest value."""
EXAMINATIONS = ("strokes", "affine", "overlapping_digits")
"""Words for `Preset.examine`."""
FIGURES = ("strokes", "weights", "curves", "error_norms")
"""Words for `Preset.draw`."""
NEURON_LOSSES = ("mse", "ce")
"""Words for `Neuron.loss`: the names of files in conf/loss/."""
BETTER = "better"
"""A word for `Claim.expects`: the first arm is better."""
TIE = "tie"
"""A word for `Claim.expects`: neither arm is better."""
NOT_SET = (
    *("seed", "outputs", "tracking", "plan", "retry", "rerun", "score_test", "stop_below"),
    *("hydra", *ADDED),
)
"""Keys that are left to the command line."""


class Neuron(Struct, frozen=True, forbid_unknown_fields=True):
    """A single sigmoid neuron with the input 1 and the target 0, and how it is trained.

    ``weight`` and ``bias`` are the first ones. ``loss`` is its cost. ``learning_rate`` and
    ``epochs`` are those of gradient descent.
    """

    weight: float
    bias: float
    loss: str
    learning_rate: float
    epochs: int

    def check(self) -> None:
        """Raise ConfigError for another cost, or a number out of its range."""
        if self.loss not in NEURON_LOSSES:
            known = " or ".join(NEURON_LOSSES)
            raise ConfigError(f"{REPLICATE}: neuron.loss={self.loss}: must be {known}")
        if not 0 < self.learning_rate < math.inf:
            raise ConfigError(
                f"{REPLICATE}: neuron.learning_rate={self.learning_rate:g}: must be positive"
            )
        if self.epochs < 1:
            raise ConfigError(f"{REPLICATE}: neuron.epochs={self.epochs}: must be 1 or more")


class Number(Struct, frozen=True, forbid_unknown_fields=True):
    """A number of a published experiment.

    ``metric`` is the name of a metric of a run. ``take`` says at which epoch: `initial` (before the
    first, from the certificate of the run), `last`, `best` (the largest value of all epochs), or
    the number of an epoch; `epoch of the lowest` and `epoch of the highest` are an epoch itself.
    ``value`` is the author's, accuracies in per cent; null if there is none. ``digits`` are printed
    after its point. The value is the largest of ``best_of`` runs. ``open`` says what the text
    leaves open.
    """

    metric: str
    take: int | str = LAST
    value: float | None = None
    digits: int = 2
    best_of: int = 1
    open: str = ""

    def check(self, neuron: Neuron | None) -> None:
        """Raise ConfigError for a value out of its range; ``neuron`` is that of the case."""
        first_epoch = 0 if neuron else 1
        if isinstance(self.take, int) and self.take < first_epoch:
            raise ConfigError(f"{REPLICATE}: take={self.take}: epochs begin with {first_epoch}")
        if neuron and isinstance(self.take, int) and self.take > neuron.epochs:
            raise ConfigError(f"{REPLICATE}: take={self.take}: epochs end with {neuron.epochs}")
        if isinstance(self.take, str) and self.take not in (INITIAL, LAST, BEST, LOWEST, HIGHEST):
            raise ConfigError(
                f"{REPLICATE}: take={self.take}: must be {INITIAL}, {LAST}, {BEST}, {LOWEST},"
                f" {HIGHEST} or the number of an epoch"
            )
        for name, least in (("best_of", 1), ("digits", 0)):
            if (value := getattr(self, name)) < least:
                raise ConfigError(f"{REPLICATE}: {name}={value}: must be {least} or more")

    @property
    def is_accuracy(self) -> bool:
        """Whether the number is an accuracy, and not the epoch of one."""
        return self.metric.endswith("accuracy") and not self.is_epoch

    @property
    def is_epoch(self) -> bool:
        """Whether the number is an epoch, and not the value of the metric there."""
        return self.take in (LOWEST, HIGHEST)

    def text(self, value: float) -> str:
        """Return a value with as many digits as the number has."""
        return f"{value:.{self.digits}f}"

    @property
    def words(self) -> str:
        """The number in words: `test/accuracy, best epoch`."""
        if isinstance(self.take, int):
            return f"{self.metric}, epoch {self.take}"
        if self.is_epoch:
            return f"{self.take} {self.metric}"
        return f"{self.metric}, {self.take}{'' if self.take == INITIAL else ' epoch'}"


class Case(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the settings of a preset, with the numbers that are published for it.

    ``numbers`` are those of this case. ``settings`` are the options in which it differs from the
    other cases. ``neuron`` is trained instead of a network.
    """

    numbers: list[Number] = []
    settings: dict[str, Any] = {}
    neuron: Neuron | None = None

    def check(self) -> None:
        """Raise ConfigError for a wrong number, or a neuron that cannot be trained."""
        if self.neuron is not None:
            self.neuron.check()
        for number in self.numbers:
            number.check(self.neuron)

    @property
    def name(self) -> str:
        """The options in which this differs from the other cases: `epochs=30 l2=5`."""
        return " ".join(f"{key.rpartition('.')[2]}={_text(v)}" for key, v in self.settings.items())


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of a text about two arms of a group: one is better, or they are equal.

    ``says`` is the sentence. ``group`` is a group of conf/, or an option. ``expects`` is `better`
    if ``arm`` should be better than ``against``, `tie` if neither.
    """

    says: str
    group: str
    arm: str
    against: str
    expects: str = BETTER

    def check(self) -> None:
        """Raise ConfigError for another word than those of ``expects``."""
        if self.expects not in (BETTER, TIE):
            raise ConfigError(f"{REPLICATE}: expects={self.expects}: must be {BETTER} or {TIE}")


class Preset(Struct, frozen=True, forbid_unknown_fields=True):
    """A published experiment.

    ``title`` names the text and the experiment. ``source`` is where the numbers are printed.
    ``settings`` are the options of all cases. A preset has either ``cases`` or, if there is only
    one, its ``numbers``. ``claims`` are sentences of the text. ``examine`` are names of
    examinations of the trained networks. ``draw`` are names of figures of the runs. ``seeds`` is
    how many seeds the sentences need. A ``quick`` preset belongs to the subset that takes minutes.
    ``remark`` is a sentence about the text that a reader of the numbers needs.
    """

    title: str
    source: str
    remark: str = ""
    settings: dict[str, Any] = {}
    numbers: list[Number] = []
    cases: list[Case] = []
    claims: list[Claim] = []
    examine: list[str] = []
    draw: list[str] = []
    seeds: int = 0
    quick: bool = False

    @classmethod
    def of(cls, node: object) -> "Preset":
        """Return the preset that a file of conf/replicate/ describes.

        Raise ConfigError, which names the key, if it is no preset.
        """
        preset = typed_node(node, cls, REPLICATE)
        preset.check()
        return preset

    def check(self) -> None:
        """Raise ConfigError unless the parts of the preset fit together."""
        if bool(self.numbers) == bool(self.cases):
            raise ConfigError(f"{REPLICATE}: needs either numbers or cases")
        if self.seeds < 0:
            raise ConfigError(f"{REPLICATE}: seeds={self.seeds}: must be 0 or more")
        for claim in self.claims:
            claim.check()
        for key, names, known in (
            ("examine", self.examine, EXAMINATIONS),
            ("draw", self.draw, FIGURES),
        ):
            if unknown := [name for name in names if name not in known]:
                raise ConfigError(f"{REPLICATE}: {key}={unknown[0]}: there are {', '.join(known)}")
        for case in self.all_cases:
            for key in (*self.settings, *case.settings):
                if key.partition(".")[0] in NOT_SET:
                    raise ConfigError(f"{REPLICATE}: {key} cannot be set by a preset")
            case.check()

    @property
    def all_cases(self) -> list[Case]:
        """The cases, also of a preset that has one only."""
        return self.cases or [Case(numbers=self.numbers)]

    @property
    def trains(self) -> bool:
        """Return whether the cases are trainings of networks."""
        return all(case.neuron is None for case in self.all_cases)

    def words(self, case: Case, own: Sequence[str]) -> list[str]:
        """Return the overrides of a case, as one types them without the preset.

        ``own`` are the other overrides of the command line. They win: an option that they set, or
        whose file they choose, is left out of the preset.
        """
        taken = [_key(word) for word in own]
        settings = self.settings | case.settings
        kept = [key for key in settings if not any(_replaces(each, key) for each in taken)]
        return [*(_word(key, settings[key]) for key in kept), *own]


def own_words(words: Iterable[str]) -> list[str]:
    """Return the overrides of a command line without those about its preset."""
    return [word for word in words if _key(word).partition(".")[0] != REPLICATE]


def preset_name(words: Iterable[str]) -> str | None:
    """Return the name of the preset that a command line chooses; None if it chooses none."""
    named = [word for word in words if _key(word) == REPLICATE]
    return named[-1].partition("=")[2] if named else None


def _key(word: str) -> str:
    return word.lstrip("+~").partition("=")[0]


def _replaces(key: str, other: str) -> bool:
    """Return whether an override of a key makes that of the other one vain."""
    return f"{other}.".startswith(f"{key}.")


def _word(key: str, value: Value) -> str:
    """Return a setting as an override. An interpolation stays one."""
    is_interpolation = isinstance(value, str) and "${" in value
    return f"{key}={value}" if is_interpolation else override(key, value)


def _text(value: Value) -> str:
    return "-".join(map(str, value)) if isinstance(value, list) else str(value)
