"""The table of a replication: each published number, ours, and whether they agree."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from experiments.configuration import Number, Preset, group_of
from experiments.replicating.agreement import Agreement, Judgement, judge

HARMLESS = ("backend", "dtype")
"""Options of a run that an author leaves open: they round differently, and change nothing else."""
NUMBER = ["preset", "case", "setting", "metric", "take", "digits", "best_of", "open"]
"""The columns of measured values that name a number."""
NOT_NEGATIVE = re.compile(r"(norm(/\d+)?|cost)$")
"""The metrics that are at least 0 and have no largest value: norms, also of a layer, and costs."""
NO_PRESETS: Mapping[str, Preset] = {}


@dataclass(frozen=True)
class Row:
    """A published number and our judgement; ``values`` are ours, one per seed.

    A number that is not ``random`` does not depend on a seed.
    """

    preset: str
    setting: str
    number: Number
    values: list[float]
    judgement: Judgement
    random: bool

    @property
    def ours(self) -> str:
        """Our mean and the interval of a new run: `95.31 [94.90, 95.72]`."""
        judgement, text = self.judgement, self.number.text
        if judgement.mean is None:
            return ""
        if judgement.alone is None:
            return text(judgement.mean)
        ends = f"[{text(judgement.alone.low)}, {text(judgement.alone.high)}]"
        return f"{text(judgement.mean)} {ends}"

    @property
    def differs_outside(self) -> str:
        """The interval outside of which a published number differs; empty if there is none."""
        together, text = self.judgement.together, self.number.text
        if together is None or self.number.value is None:
            return ""
        return f"[{text(together.low)}, {text(together.high)}]"

    @property
    def range(self) -> str:
        """The smallest and the largest of our values; empty if there are not two of them."""
        if not self.random or len(self.values) < 2:
            return ""
        return f"{self.number.text(min(self.values))} to {self.number.text(max(self.values))}"

    @property
    def published(self) -> str:
        """The published number as its author writes it; empty if there is none."""
        return "" if self.number.value is None else self.number.text(self.number.value)


def table(measured: pd.DataFrame, presets: Mapping[str, Preset] = NO_PRESETS) -> list[Row]:
    """Return a row for each number of measured values, in their order.

    The numbers that are published and depend on the seed are the family of the intervals. The
    presets say how many epochs their runs have.
    """
    groups = [own for _, own in measured.groupby([*NUMBER], sort=False, dropna=False)]
    family = sum(_is_compared(own) for own in groups)
    return [_row(own, max(family, 1), _epochs(own, presets)) for own in groups]


def family_of(rows: Sequence[Row]) -> int:
    """Return the number of rows whose intervals are right together."""
    compared = (Agreement.AGREES, Agreement.DIFFERS, Agreement.CANNOT_TELL)
    return sum(row.random and row.judgement.agreement in compared for row in rows)


def _row(own: pd.DataFrame, family: int, epochs: float) -> Row:
    first = own.iloc[0]
    take = str(first["take"])
    number = Number(
        metric=str(first["metric"]),
        take=int(take) if take.isdecimal() else take,
        value=None if pd.isna(first["published"]) else float(first["published"]),
        digits=int(first["digits"]),
        best_of=int(first["best_of"]),
        open=str(first["open"]),
    )
    values = [float(value) for value in own["value"].dropna()]
    random = bool(own["seed"].notna().any())
    absent = _absent(own, len(values))
    judgement = (
        _exactly(number, values)
        if not random
        else _of_another_setup(values, _changes(own), absent)
        if number.value is not None and _changes(own)
        else judge(
            number.value,
            values,
            family=family,
            best_of=number.best_of,
            rounding=half_unit(number),
            limits=_limits(number, epochs),
            left_open=number.open,
            absent=absent,
        )
    )
    return Row(str(first["preset"]), str(first["setting"]), number, values, judgement, random)


def _epochs(own: pd.DataFrame, presets: Mapping[str, Preset]) -> float:
    """Return how many epochs the runs of a number have; infinity if it is not known."""
    first = own.iloc[0]
    preset = presets.get(str(first["preset"]))
    if preset is None or _changes(own) or int(first["case"]) >= len(preset.all_cases):
        return math.inf
    settings = preset.settings | preset.all_cases[int(first["case"])].settings
    return float(settings.get("epochs", math.inf))


def _limits(number: Number, epochs: float) -> tuple[float, float]:
    """Return the smallest and the largest value that a number can have."""
    if number.is_accuracy:
        return 0, 100
    if number.is_epoch:
        return 1, epochs
    return (0 if NOT_NEGATIVE.search(number.metric) else -math.inf), math.inf


def _exactly(number: Number, values: list[float]) -> Judgement:
    """Return the judgement of a number that does not depend on a seed: equal when rounded."""
    (value,) = values
    if number.value is None:
        return Judgement(Agreement.NOT_PUBLISHED, "", value)
    equal = abs(number.value - value) <= half_unit(number)
    agreement = Agreement.AGREES if equal else Agreement.DIFFERS
    return Judgement(agreement, "no randomness: compared when rounded", value)


def _changes(own: pd.DataFrame) -> list[str]:
    """Return the overrides of the command with which the runs are no longer the author's."""
    words = str(own["overrides"].iloc[0]).split() if own["overrides"].notna().all() else []
    return [word for word in words if group_of(word) not in HARMLESS]


def _absent(own: pd.DataFrame, n_values: int) -> str:
    """Return how many seeds have a value, and why one has none; empty if all have one."""
    if n_values == len(own):
        return ""
    reason = next((str(text) for text in own["missing"] if text), "")
    return f"{n_values} of {len(own)} seeds{f': {reason}' if reason else ''}"


def _of_another_setup(values: list[float], changes: list[str], absent: str) -> Judgement:
    """Return that a number has no verdict, because the command changed the author's options."""
    mean = float(np.mean(values)) if values else None
    reason = f"not with {' '.join(changes)}{f'; {absent}' if absent else ''}"
    return Judgement(Agreement.OTHER_SETUP, reason, mean)


def half_unit(number: Number) -> float:
    """Return half a unit of the last digit of a number: 0.005 with two digits."""
    return float(0.5 * 10.0**-number.digits)


def _is_compared(own: pd.DataFrame) -> bool:
    return bool(own["published"].notna().any() and own["seed"].notna().any() and not _changes(own))
