"""Simulate whole comparisons, from the frame of runs to the verdicts, and count the wrong ones.

`python benchmarks/validity.py` prints the table of docs/statistics.md, `--quick` a smaller one.
Each line is a kind of noise and a rule for when somebody looks and stops. Each simulated table has
several comparisons of two arms, or in each condition the two main effects and the interaction of a
2 x 2 design, whose cells share the effect of the seed and of which one is better. A winner is wrong
if the arms are equal, or if the other is better; so is an interaction if there is none.
A tie is wrong if the difference is as large as the margin. Coverage is the share of tables of which
*all* intervals at *all* looks contain the true differences. Seeds are those of each arm at the
last look; planned are those of a t-test at one look by somebody who knew the effect, or of two
one-sided t-tests by somebody who knew that there is none.
"""

import argparse
import math
import sys
import zlib
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.power import TTestPower

from experiments import results
from experiments.comparison import Comparison, Effect, Factorial, Row, Verdict, compare, factorial
from experiments.configuration import PROJECT
from experiments.errors import UserError
from experiments.recording import CORRECT, MARGIN, pack_correct

SPREAD = 0.002
"""The standard deviation of the accuracy over seeds."""
STUCK = 0.12
"""How far below the others a run ends that is stuck."""
STUCK_SHARE = 0.1
IMAGES = 1000
COLUMNS = (
    *("truth", "comparisons", "looks", "wrong winner", "wrong tie", "coverage", "decided"),
    *("seeds", "planned"),
)
BETTER = (Verdict.A_BETTER, Verdict.B_BETTER)
Noise = Callable[[np.random.Generator, int], np.ndarray]
"""Draws accuracies of the arms around zero, whose means are equal: [2, n], or [4, n] of a 2 x 2.

Or it draws which images are classified correctly, with a last axis for the images.
"""


def normal(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw normal noise."""
    return rng.normal(0, SPREAD, (2, n))


def heavy(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw noise with heavy tails: Student's t with 3 degrees of freedom."""
    return np.asarray(rng.standard_t(3, (2, n)) * SPREAD / 3**0.5)


def skewed(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw noise that is exponential in one arm, to low accuracies, and normal in the other."""
    return np.stack([SPREAD * (1 - rng.exponential(1, n)), rng.normal(0, SPREAD, n)])


def one_sided(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw noise that is exponential in one arm; the other has none."""
    return np.stack([SPREAD * (1 - rng.exponential(1, n)), np.zeros(n)])


def both_stuck(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw normal noise; one run in ten of both arms is stuck."""
    return np.asarray(normal(rng, n) - STUCK * (rng.random((2, n)) < STUCK_SHARE))


def one_stuck(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw normal noise; one run in ten of one arm is stuck. The others are equal."""
    accuracies = normal(rng, n)
    accuracies[0] -= STUCK * (rng.random(n) < STUCK_SHARE)
    return accuracies


def one_stuck_equal_means(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw normal noise; one run in ten of one arm is stuck. Its others are so good as to even."""
    accuracies = one_stuck(rng, n)
    accuracies[0] += STUCK * STUCK_SHARE
    return accuracies


def images(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw which of `IMAGES` images two arms classify correctly: [2, n, IMAGES].

    One image in twenty is hard: each arm has a probability of its own for it, as other images have.
    """
    hard = rng.random(IMAGES) < 0.05
    chance = np.where(hard, rng.random((2, 1, IMAGES)), 0.995)
    return rng.random((2, n, IMAGES), np.float32) < chance


def blocks(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw normal noise of the four cells of a 2 x 2 design, with an effect of each seed."""
    return rng.normal(0, SPREAD, (4, n)) + rng.normal(0, 2 * SPREAD, n)


def heavy_blocks(rng: np.random.Generator, n: int) -> np.ndarray:
    """Draw noise of four cells with heavy tails, with an effect of each seed."""
    return np.asarray(rng.standard_t(3, (4, n)) * SPREAD / 3**0.5) + rng.normal(0, 2 * SPREAD, n)


@dataclass(frozen=True)
class Rule:
    """When somebody looks: with these numbers of seeds, or as the program advises."""

    words: str
    looks: tuple[int, ...]
    one_look: bool = False
    obeys: int = 0  # how often the advised seeds are added


PLANNED = Rule("one planned look at 20 seeds", (20,), one_look=True)
OFTEN = Rule("looks at 5, 10, 20, 40", (5, 10, 20, 40))
ALWAYS = Rule("a look after each seed, to 30", tuple(range(2, 31)))
OBEYS = Rule("5 seeds, then the advice 4 times", (5,), obeys=4)


@dataclass(frozen=True)
class Case:
    """One line of the table.

    ``effect`` is the true difference of every comparison of two arms. In a 2 x 2 design it is added
    to the first cell, so it is the true interaction, and main effects are half of it. ``family`` is
    the number of conditions. ``one_fails`` says that only the first arm fails now and then, so that
    a verdict that the other fails less often is right, and the interval after a failure, which is
    about the runs that learn, is not that of the mean.
    """

    words: str
    noise: Noise
    effect: float
    rule: Rule
    family: int = 1
    crossed: bool = False
    one_fails: bool = False

    @property
    def effects(self) -> tuple[float, ...]:
        """The true values of the rows of each condition."""
        return (self.effect / 2, self.effect / 2, self.effect) if self.crossed else (self.effect,)


CASES = (
    Case("equal, normal", normal, 0, PLANNED, 4),
    Case("equal, normal", normal, 0, OFTEN, 4),
    Case("equal, normal", normal, 0, OFTEN, 8),
    Case("equal, normal", normal, 0, ALWAYS),
    Case("equal, normal", normal, 0, OBEYS),
    Case("equal, normal", normal, 0, OBEYS, 4),
    Case("equal, heavy tails", heavy, 0, OFTEN, 4),
    Case("equal, heavy tails", heavy, 0, ALWAYS),
    Case("equal, one arm skewed", skewed, 0, PLANNED, 4),
    Case("equal, one arm skewed", skewed, 0, OFTEN, 4),
    Case("equal, one arm skewed", skewed, 0, ALWAYS),
    Case("equal, both arms stuck at times", both_stuck, 0, PLANNED, 4),
    Case("equal, both arms stuck at times", both_stuck, 0, OFTEN, 4),
    Case("equal, images drawn as well", images, 0, OFTEN, 4),
    Case("equal if both learn, one arm stuck at times", one_stuck, 0, OFTEN, 4, one_fails=True),
    Case("equal means, one arm stuck at times", one_stuck_equal_means, 0, OFTEN, one_fails=True),
    Case("at the margin, normal", normal, MARGIN, OFTEN, 4),
    Case("at the margin, normal", normal, MARGIN, ALWAYS),
    Case("at the margin, normal", normal, MARGIN, OBEYS, 4),
    Case("half a standard deviation", normal, 0.5 * 2**0.5 * SPREAD, OBEYS),
    Case("one standard deviation", normal, 2**0.5 * SPREAD, OBEYS),
    Case("one standard deviation", normal, 2**0.5 * SPREAD, ALWAYS),
    Case("two standard deviations", normal, 2 * 2**0.5 * SPREAD, ALWAYS),
    Case("equal, one arm exponential, the other constant", one_sided, 0, ALWAYS),
    Case("2 x 2, equal, seeds differ", blocks, 0, OFTEN, 4, crossed=True),
    Case("2 x 2, equal, seeds differ, heavy tails", heavy_blocks, 0, ALWAYS, crossed=True),
    Case("2 x 2, interaction of two standard deviations", blocks, 4 * SPREAD, OBEYS, crossed=True),
)


@dataclass(frozen=True)
class Outcome:
    """The end of one simulated table."""

    wrong_winner: bool
    wrong_tie: bool
    covered: bool
    decided: float  # share of its comparisons
    seeds: int


def simulate(case: Case, number: int) -> Outcome:
    """Simulate the table of a case with this number, until it is decided or the rule ends."""
    name = f"{case.words}, {case.rule.words}, {case.family}"
    rng = np.random.default_rng([number, zlib.crc32(name.encode())])
    most = 2000 if case.rule.obeys else max(case.rule.looks)
    accuracies = [draw(case, rng, most) for _ in range(case.family)]
    looks = list(case.rule.looks)
    left, wrong_winner, wrong_tie, covered = case.rule.obeys, False, False, True
    decided = 0.0
    while looks:
        seeds = looks.pop(0)
        try:
            comparison = look(case, frame(accuracies, seeds))
        except UserError:  # too few seeds
            continue
        rows: Sequence[Row | Effect] = comparison.rows
        for row, effect in zip(rows, case.effects * case.family, strict=True):
            wrong_winner |= row.verdict in wrong_winners(row, effect, case)
            wrong_tie |= effect >= MARGIN and row.verdict is Verdict.TIE
        covered &= covers(comparison, case)
        decided = float(np.mean([row.verdict is not Verdict.UNDECIDED for row in rows]))
        if decided == 1:
            break
        more = max(row.more_seeds for row in rows)
        if not looks and left and more and seeds + more <= most:
            left -= 1
            looks.append(seeds + more)
    return Outcome(wrong_winner, wrong_tie, covered, decided, seeds)


def draw(case: Case, rng: np.random.Generator, n: int) -> np.ndarray:
    """Return the accuracies of the arms of one condition, or which images are correct."""
    values = case.noise(rng, n)
    if values.dtype == bool:
        return values
    values = values + 0.95
    values[0] += case.effect
    return values


def wrong_winners(row: Row | Effect, effect: float, case: Case) -> tuple[Verdict, ...]:
    """Return the verdicts that are wrong for an arm that is not better."""
    if effect > 0 or (case.one_fails and row.failed):
        return (Verdict.A_BETTER if case.one_fails else Verdict.B_BETTER,)
    return BETTER


def look(case: Case, runs: pd.DataFrame) -> Comparison | Factorial:
    """Return the comparison of the losses, or the effects of loss and optimizer."""
    if case.crossed:
        return factorial(runs, "loss", "optimizer", one_look=case.rule.one_look, margin=MARGIN)
    return compare(runs, "loss", one_look=case.rule.one_look, margin=MARGIN)


def covers(comparison: Comparison | Factorial, case: Case) -> bool:
    """Return whether all intervals of a table contain the true differences."""
    rows: Sequence[Row | Effect] = comparison.rows
    return all(
        row.statistics is None
        or (case.one_fails and row.failed)
        or row.statistics.low <= effect <= row.statistics.high
        for row, effect in zip(rows, case.effects * case.family, strict=True)
    )


def frame(accuracies: list[np.ndarray], seeds: int) -> pd.DataFrame:
    """Return runs with these accuracies on the first seeds, one condition for each array."""
    rows = []
    for number, values in enumerate(accuracies):
        cells = len(values)
        same = TEMPLATES[cells].loc[np.repeat(range(cells), seeds)].reset_index(drop=True)
        shown = values[:, :seeds].reshape(cells * seeds, -1)
        accuracy = shown.mean(axis=1)
        columns = {"test/accuracy": accuracy, "validation/accuracy": accuracy}
        if values.dtype == bool:
            columns[CORRECT] = [pack_correct(each) for each in shown]
        rows.append(
            same.assign(
                identity=[f"{number}-{place}" for place in range(cells * seeds)],
                seed=np.tile(np.arange(seeds), cells),
                l2=float(number),
                **columns,
            )
        )
    return pd.concat(rows, ignore_index=True)


def templates() -> dict[int, pd.DataFrame]:
    """Return a run of each loss with SGD, and of each loss with each optimizer, by their number."""
    runs = results.runs(PROJECT / "notebooks" / "sgd_vs_adam", architecture="784-30-10")
    runs = runs.drop(columns="outputs", errors="ignore").sort_values(["loss", "optimizer"])
    four = runs.drop_duplicates(["loss", "optimizer"], ignore_index=True)
    two = four[four["optimizer"] == "sgd"].reset_index(drop=True)
    return {2: two, 4: four}


TEMPLATES = templates()


def line(case: Case, outcomes: Iterable[Outcome]) -> str:
    """Return the line of the table for a case."""
    found = pd.DataFrame(list(outcomes))
    ties = f"{found['wrong_tie'].mean():.1%}" if case.effect >= MARGIN else ""
    return (
        f"| {case.words} | {case.family} | {case.rule.words} | {found['wrong_winner'].mean():.1%} |"
        f" {ties} | {found['covered'].mean():.1%} | {found['decided'].mean():.0%} |"
        f" {found['seeds'].mean():.1f} | {planned_seeds(case)} |"
    )


def planned_seeds(case: Case) -> str:
    """Return the seeds of a t-test at one look, planned by somebody who knew the effect.

    It finds a single effect with a probability of 95 % at the level of 5 %. If the arms are equal,
    they are those of two one-sided t-tests, which find a tie; each misses it in 2.5 %.
    """
    if case.family > 1 or case.noise is not normal or 0 < case.effect <= MARGIN:
        return ""
    size = (case.effect or MARGIN) / (2**0.5 * SPREAD)
    sides, power = ("two-sided", 0.95) if case.effect else ("larger", 0.975)
    n = TTestPower().solve_power(size, alpha=0.05, power=power, alternative=sides)
    return str(math.ceil(n))


def main() -> None:
    """Simulate all cases and print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", type=int, default=1000, help="simulated tables per line")
    parser.add_argument("--quick", action="store_true", help="simulate 40 tables per line")
    arguments = parser.parse_args()
    tables = 40 if arguments.quick else arguments.tables
    print(
        f"tables a line: {tables}; margin {100 * MARGIN:g} points; spread {100 * SPREAD:g} points"
    )
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"| {' | '.join('---' for _ in COLUMNS)} |")
    with ProcessPoolExecutor() as pool:
        for case in CASES:
            print(line(case, pool.map(simulate, [case] * tables, range(tables), chunksize=5)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
