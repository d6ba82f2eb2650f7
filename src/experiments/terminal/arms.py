"""The tables that end a sweep: one line per arm if it has several seeds, otherwise one per run."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

from experiments.configuration import without_seed
from experiments.recording import Status
from experiments.terminal.style import name_cell, runs_table
from experiments.terminal.summary import RunSummary, percentage, summary_table

Z = statistics.NormalDist().inv_cdf(0.975)
LEGEND = (
    "Means of the finished runs, with 95% intervals over seeds; * is the highest mean, which may be"
    " chance."
)


@dataclass(frozen=True)
class Mean:
    """The mean of some values; ``margin`` is half its interval, None for one value."""

    value: float
    margin: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> "Mean | None":
        """Return the mean with its 95 % interval of Student's t; None without values."""
        if not values:
            return None
        value, n = statistics.fmean(values), len(values)
        if n == 1:
            return cls(value, None)
        return cls(value, t_quantile(n - 1) * statistics.stdev(values) / math.sqrt(n))

    def __str__(self) -> str:
        """Return the mean in per cent, and the margin in percentage points."""
        margin = "" if self.margin is None else f" ± {100 * self.margin:.2f}"
        return f"{self.value:.2%}{margin}"


@dataclass(frozen=True)
class Arm:
    """The runs of a sweep that differ only in their seed."""

    name: str
    runs: Sequence[RunSummary]

    @property
    def finished(self) -> list[RunSummary]:
        """The runs that have finished; only these have a final accuracy."""
        return [run for run in self.runs if run.status is Status.FINISHED]

    @property
    def validation(self) -> Mean | None:
        """The mean accuracy on the validation set."""
        found = [run.validation_accuracy for run in self.finished]
        return Mean.of([each for each in found if each is not None])

    @property
    def test(self) -> Mean | None:
        """The mean accuracy on the test set; None while that is closed for one of the runs."""
        found = [run.test_accuracy for run in self.finished]
        known = [each for each in found if each is not None]
        return Mean.of(known) if len(known) == len(found) else None


def arms_of(runs: Sequence[RunSummary]) -> list[Arm]:
    """Return the arms of a sweep: the runs whose names differ only in the seed."""
    found: dict[str, list[RunSummary]] = {}
    for run in runs:
        found.setdefault(without_seed(run.name), []).append(run)
    return [Arm(name, own) for name, own in found.items()]


def closing_tables(runs: Sequence[RunSummary]) -> list[Table | Text]:
    """Return the tables and lines that are printed at the end of a sweep.

    Where there are several arms with several seeds, it is one line per arm, and one for each run
    that has not finished. Otherwise it is one line per run, and their mean if only seeds differ.
    """
    arms = arms_of(runs)
    if len(arms) == len(runs):
        return [summary_table(runs)]
    if len(arms) == 1:
        return [summary_table(runs), *_mean_of(arms[0])]
    unfinished = [run for run in runs if run.status is not Status.FINISHED]
    others = [summary_table(unfinished)] if unfinished else []
    return [_arms_table(arms), Text(LEGEND), *others]


def _mean_of(arm: Arm) -> list[Table | Text]:
    mean, kind = (arm.test, "test") if arm.test else (arm.validation, "validation")
    if mean is None or mean.margin is None:
        return []
    return [Text(f"Mean {kind} accuracy {mean}, the 95% interval over {len(arm.finished)} seeds.")]


def _arms_table(arms: Sequence[Arm]) -> Table:
    table = runs_table(words=(), numbers=("seeds", "validation", "test", "epochs", "seconds"))
    table.columns[0].header = "arm"
    tested = [arm.test for arm in arms]
    validated = [arm.validation for arm in arms]
    by_test = any(tested)
    best = _highest(tested if by_test else validated)
    for number, arm in enumerate(arms):
        mark = "* " if number == best else ""
        finished = arm.finished
        closed = "closed" if finished and tested[number] is None else ""
        seconds = [run.seconds for run in finished]
        table.add_row(
            name_cell(arm.name),
            f"{len(finished)}{'' if len(finished) == len(arm.runs) else f' of {len(arm.runs)}'}",
            ("" if by_test else mark) + _cell(validated[number]),
            (mark if by_test else "") + (_cell(tested[number]) or closed),
            _range([run.epochs for run in arm.runs]),
            f"{statistics.fmean(seconds):.1f}" if seconds else "",
            style="bold" if number == best else "",
        )
    return table


def _cell(mean: Mean | None) -> str:
    return percentage(None) if mean is None else str(mean)


def _range(numbers: Sequence[int]) -> str:
    least, most = min(numbers), max(numbers)
    return str(most) if least == most else f"{least}-{most}"


def _highest(means: Sequence[Mean | None]) -> int | None:
    """Return the place of the highest mean; None without means."""
    values = [(mean.value, -number) for number, mean in enumerate(means) if mean is not None]
    return -max(values)[1] if values else None


def t_quantile(freedom: int) -> float:
    """Return the 97.5 % quantile of Student's t with this number of degrees of freedom.

    It is exact for 1 and 2, and otherwise too small by less than 1 %: Abramowitz and Stegun,
    Handbook of Mathematical Functions, 26.7.5. A process that trains does not import SciPy.
    """
    if freedom == 1:
        return math.tan(0.475 * math.pi)
    if freedom == 2:
        return 0.95 * math.sqrt(2 / (1 - 0.95**2))
    first = (Z**3 + Z) / 4
    second = (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96
    third = (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384
    return Z + first / freedom + second / freedom**2 + third / freedom**3
