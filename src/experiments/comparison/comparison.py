"""Arms of a sweep compared, network by network: from a frame of runs to a table of verdicts."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace

import numpy as np
import pandas as pd

from experiments.comparison.statistics import (
    ALPHA,
    MARGIN,
    Paired,
    fewest,
    holm,
    paired,
    sign_test,
    verdict,
)
from experiments.configuration.config import GROUPS
from experiments.errors import UserError
from experiments.results.commands import RATE, commands, with_choices, with_seeds
from experiments.results.results import options

ARM = "arm"
NETWORK = "network"
METRICS = ("test/accuracy", "test/chosen/accuracy", "validation/accuracy")
"""What can be compared: at the last epoch, at the one chosen on validation; never the best of test.
"""
CHANCE = 0.1
"""The accuracy that a diverged run counts with where learning rates are compared."""
CHOICES = tuple(group for group in GROUPS if group != "dataset")
"""The groups that say what a network is; `data` says what it learned from."""
_FIELDS = [each.name for each in fields(Paired)]
SEED = 0
"""Of the resampling, so that the same runs give the same table."""


@dataclass(frozen=True)
class Pair:
    """Two arms on one network: each run of ``a`` has the seed of the run of ``b`` beside it."""

    network: str
    arm_a: str
    arm_b: str
    runs_a: pd.DataFrame  # all that ended, at the arm's best learning rate
    runs_b: pd.DataFrame
    both: pd.DataFrame  # a row for each seed that both have; `A` and `B`, NaN where it diverged

    @property
    def diverged(self) -> bool:
        """Whether a run of either did, on a seed that both have."""
        return len(self.finished) < len(self.both)

    @property
    def superiority(self) -> float:
        """On which share of seeds A is above B; ties count half, a diverged run loses."""
        both = self.both.fillna(-np.inf)
        return _beats(both["A"], both["B"])

    @property
    def finished(self) -> pd.DataFrame:
        """The seeds on which neither diverged."""
        return self.both.dropna()


def compare(
    runs: pd.DataFrame, group: str, *, metric: str = METRICS[0], margin: float = MARGIN
) -> pd.DataFrame:
    """Return one row per network and pair of arms of ``group``, `loss` or `optimizer` for example.

    ``runs`` is a frame from `experiments.results.results.runs`, ``metric`` one of `METRICS`. Runs are
    paired by seed where everything but the arm is the same; of several learning rates each arm
    gets the one that is best on the validation set. Runs that diverged are a rate of each arm and
    lose to those that finished, but have no difference. P-values are corrected over the whole
    table (Holm). Columns: `network`, `A`, `B`, `rate A`, `rate B`, `seeds`, `diverged A`,
    `diverged B`, `P(A>B)`, the fields of `experiments.comparison.statistics.Paired`, `adjusted_p`, `verdict`,
    `more_seeds` and `commands`, which run these; `attrs` has the `commands` for all rows together
    and what is `incomplete`, in sentences. Raises UserError, saying what would mend it, if
    the runs cannot support a comparison.
    """
    found = pairs(runs, group, metric=metric)
    rng = np.random.default_rng(SEED)
    results = [_paired(pair, rng) for pair in found]
    adjusted = holm([result.p if result else 1.0 for result in results])
    rows, more = [], []
    for pair, result, p in zip(found, results, adjusted, strict=True):
        words, n = _verdict(pair, result, p, family=len(found), margin=margin)
        asked = _with_more_seeds(pair, n) if n else runs.iloc[:0]
        known = asdict(result) if result else dict.fromkeys(_FIELDS, math.nan)
        rows.append(
            _described(pair)
            | known
            | {"adjusted_p": p if result else math.nan, "verdict": words, "more_seeds": n}
            | {"commands": commands(asked) if n else []}
        )
        more.append(asked)
    table = pd.DataFrame(rows)
    asked = pd.concat(more)
    table.attrs["commands"] = [] if asked.empty else commands(asked)
    table.attrs["incomplete"] = incomplete(_ended(runs), group, found)
    return table


def _paired(pair: Pair, rng: np.random.Generator) -> Paired | None:
    """Return what is known of the differences, None below two.

    Where runs diverged, the p-value is that of who wins on each seed.
    """
    finished = pair.finished
    if len(finished) < 2:
        return None
    result = paired(finished["A"].tolist(), finished["B"].tolist(), rng=rng)
    return replace(result, p=_p_of_wins(pair)) if pair.diverged else result


def _p_of_wins(pair: Pair) -> float:
    both = pair.both.fillna(-np.inf)
    return sign_test(int((both["A"] > both["B"]).sum()), int((both["A"] < both["B"]).sum()))


def _verdict(
    pair: Pair, result: Paired | None, adjusted_p: float, *, family: int, margin: float
) -> tuple[str, int]:
    """Return the verdict on a pair of arms, and how many more seeds it asks for."""
    if result is not None and not pair.diverged:
        return verdict(result, adjusted_p, family=family, margin=margin)
    p = adjusted_p if result else min(1.0, family * _p_of_wins(pair))
    if p < ALPHA:
        return ("A better" if pair.superiority > 0.5 else "B better"), 0
    return "undecided", max(fewest(family) - len(pair.both), 0)


def pairs(runs: pd.DataFrame, group: str, *, metric: str = METRICS[0]) -> list[Pair]:
    """Return the pairs of arms that `compare` compares; raises UserError as that does."""
    if group not in CHOICES:
        raise UserError(f"{group}: cannot be compared; there are {', '.join(CHOICES)}")
    if metric not in METRICS:
        raise UserError(f"{metric}: cannot be compared; there are {', '.join(METRICS)}")
    over = _ended(runs)
    found = list(_matched(tuned(over), group, metric))
    if not found:
        raise UserError(_one_arm(over, group))
    if all(len(pair.both) < 2 for pair in found):
        raise UserError(_one_seed(found, group))
    return found


def differences(found: Sequence[Pair]) -> pd.DataFrame:
    """Return one row per pair of arms and seed: `network`, `arms`, `seed`, `difference` (A - B)."""
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "network": pair.network,
                    "arms": f"{pair.arm_a} - {pair.arm_b}",
                    "seed": pair.finished.index,
                    "difference": pair.finished["A"] - pair.finished["B"],
                }
            )
            for pair in found
        ],
        ignore_index=True,
    )


def tuned(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs at the learning rate that is best on the validation set.

    Of the runs that ended, it is chosen among those that differ in rate and seed alone, by the mean
    accuracy after the last epoch on the seeds that all rates have; a diverged run counts as
    guessing. Rates with less than half as many seeds as another are left out. Raises UserError if
    no run has ended.
    """
    over = _ended(runs)
    fixed = [*(each for each in [*CHOICES, *options(over)] if each != RATE), "data"]
    kept = []
    for _, same in over.groupby(fixed, dropna=False, observed=True, sort=False):
        accuracy = same["validation/accuracy"].where(same["status"] == "finished", CHANCE)
        table = accuracy.groupby([same["seed"], same[RATE]]).mean().unstack()
        n_seeds = table.count()
        table = table[n_seeds.index[2 * n_seeds >= n_seeds.max()]]
        common = table.dropna()
        best = (table if common.empty else common).mean().idxmax()
        kept.append(same[same[RATE] == best])
    return pd.concat(kept).sort_index()


def superiority(
    runs: pd.DataFrame, groups: Sequence[str], *, metric: str = METRICS[0]
) -> pd.DataFrame:
    """Return how often the arm of a row beats that of a column on the same network and seed.

    Arms are the combinations of choices in ``groups``. Ties count half, a diverged run loses.
    """
    best = named(tuned(runs), *groups)
    value = best[metric].where(best["status"] == "finished", -np.inf)
    table = best.assign(value=value).pivot_table("value", [NETWORK, "seed"], ARM)
    arms = sorted(best[ARM].unique())
    matrix = pd.DataFrame(np.nan, index=arms, columns=arms)
    for a, b in itertools.permutations(arms, 2):
        both = table[[a, b]].dropna()
        matrix.loc[a, b] = _beats(both[a], both[b])
    return matrix


def selection_bias(runs: pd.DataFrame) -> tuple[float, float]:
    """Return what choosing the best epoch promises on the validation set, and brings on test.

    Both are mean gains in accuracy over the last epoch; that the first is the larger is selection
    bias. NaN if no run finished.
    """
    finished = runs[runs["status"] == "finished"]
    promised = finished["best/validation/accuracy"] - finished["validation/accuracy"]
    brought = finished["test/chosen/accuracy"] - finished["test/accuracy"]
    return float(promised.mean()), float(brought.mean())


def _ended(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs that ended for good, the first started first.

    Of those that another version of the code has done again there is only the last.
    """
    over = runs[runs["status"].isin(["finished", "diverged"])]
    if over.empty:
        raise UserError("no run has ended yet, so nothing can be compared")
    over = over.sort_values(["started", "identity"], ignore_index=True)
    return over.drop_duplicates([*CHOICES, *options(over), "data", "seed"], keep="last")


def named(frame: pd.DataFrame, *groups: str) -> pd.DataFrame:
    """Return a frame of runs, or of their history, with the columns `arm` and `network`.

    The arm says what was chosen in ``groups``, the network everything else that is not the same for
    all; neither says the learning rate nor the seed. The words are those of the command line.
    """
    frame = frame.drop(columns=[ARM, NETWORK], errors="ignore")
    others = [each for each in options(frame) if each != RATE]
    own = [each for each in others if each.split(".")[0] in groups]
    arm = [*groups, *(column for column in own if _varies(frame, column))]
    around = [each for each in [*CHOICES, *others, *_data(frame)] if each not in [*groups, *own]]
    around = [each for each in around if each == "architecture" or _varies(frame, each)]
    otherwise = "dataset" if "architecture" in groups else "architecture"
    columns = list(dict.fromkeys([*arm, *around, otherwise]))
    distinct = frame[columns].drop_duplicates()
    words = distinct.assign(
        **{
            ARM: [_words(row, arm) for _, row in distinct.iterrows()],
            NETWORK: [_words(row, around) or str(row[otherwise]) for _, row in distinct.iterrows()],
        }
    )
    return frame.merge(words, on=columns, how="left")


def _matched(runs: pd.DataFrame, group: str, metric: str) -> Iterator[Pair]:
    """Yield the pairs of arms of every network."""
    for network, on_it in named(runs, group).groupby(NETWORK, sort=True):
        arms = {str(arm): part for arm, part in on_it.groupby(ARM, sort=True)}
        for a, b in itertools.combinations(arms, 2):
            yield Pair(str(network), a, b, arms[a], arms[b], _both(arms[a], arms[b], metric))


def _data(frame: pd.DataFrame) -> list[str]:
    """Return the columns that tell apart what the runs learned from: none if it was the same."""
    if frame["data"].nunique() == 1:
        return []
    return (
        ["dataset", "data"]
        if (frame.groupby("dataset", observed=True)["data"].nunique() > 1).any()
        else ["dataset"]
    )


def _varies(runs: pd.DataFrame, column: str) -> bool:
    """Whether a column is not the same for all runs, or all that made the same choice."""
    group = column.partition(".")[0]
    if column in GROUPS or group not in GROUPS:
        return bool(runs[column].nunique(dropna=False) > 1)
    return bool((runs.groupby(group, observed=True)[column].nunique(dropna=False) > 1).any())


def _words(row: pd.Series, shown: Sequence[str]) -> str:
    """Return what sets a run apart, in the words of the command line."""
    known = [column for column in shown if not pd.isna(row[column])]
    return " ".join(
        str(row[c])
        if c in GROUPS
        else f"{c.rpartition('.')[2]}={str(row[c])[:8] if c == 'data' else row[c]}"
        for c in known
    )


def _both(a: pd.DataFrame, b: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the metric of both arms, `A` and `B`, for each seed that both have."""
    values = [
        runs.set_index("seed")[metric].where(runs.set_index("seed")["status"] == "finished")
        for runs in (a, b)
    ]
    return pd.concat(values, axis=1, keys=["A", "B"], join="inner").sort_index()


def _beats(a: pd.Series, b: pd.Series) -> float:
    """Return on which share of seeds ``a`` is above ``b``, ties counting half."""
    return float(((a > b) + 0.5 * (a == b)).mean())


def _described(pair: Pair) -> dict[str, object]:
    return {
        "network": pair.network,
        "A": pair.arm_a,
        "B": pair.arm_b,
        "rate A": pair.runs_a[RATE].iloc[0],
        "rate B": pair.runs_b[RATE].iloc[0],
        "seeds": len(pair.both),
        "diverged A": float((pair.runs_a["status"] == "diverged").mean()),
        "diverged B": float((pair.runs_b["status"] == "diverged").mean()),
        "P(A>B)": pair.superiority,
    }


def _with_more_seeds(pair: Pair, n: int) -> pd.DataFrame:
    """Return the runs that make ``n`` more pairs, those that are done or half done included."""
    done = sorted({int(seed) for seed in pair.both.index})
    new = itertools.islice((seed for seed in itertools.count() if seed not in done), n)
    return with_seeds(pd.concat([pair.runs_a.iloc[:1], pair.runs_b.iloc[:1]]), [*done, *new])


def incomplete(runs: pd.DataFrame, group: str, found: Sequence[Pair]) -> list[str]:
    """Return a sentence for each network and pair of arms that lacks runs to be compared."""
    said = []
    arms = sorted(map(str, runs[group].unique()))
    for network, on_it in named(runs, group).groupby(NETWORK, sort=True):
        if on_it[group].nunique() == 1 and len(arms) > 1:
            seeds = sorted(set(on_it["seed"]))
            mend = " && ".join(with_choices(on_it.iloc[0], group, seeds, among=arms))
            said.append(
                f"{network}: only {on_it[ARM].iloc[0]} has been run; for the others: {mend}"
            )
    for pair in found:
        alone = {*pair.runs_a["seed"], *pair.runs_b["seed"]} - {*pair.both.index}
        if alone:
            listed = ", ".join(map(str, sorted(alone)))
            said.append(
                f"{pair.network}: only one of {pair.arm_a} and {pair.arm_b} has seed {listed}"
            )
    return said


def _one_arm(runs: pd.DataFrame, group: str) -> str:
    """Say why no two arms can be compared, and what would mend it."""
    arms = sorted(map(str, runs[group].unique()))
    seeds = range(fewest())
    if len(arms) == 1:
        mend = with_choices(runs.iloc[0], group, seeds)
        return (
            f"only one {group}, {arms[0]}, has been run; run the others, too: {_all(mend, group)}"
        )
    by_arm = [part for _, part in runs.groupby(group, observed=True)]
    others = [each for each in options(runs) if each != RATE and not each.startswith(f"{group}.")]
    differing = [
        column
        for column in (*CHOICES, *others, "data")
        if column != group
        and not set.intersection(*(set(part[column].astype(str)) for part in by_arm))
    ]
    first = runs[runs[group].astype(str) == arms[0]].iloc[0]
    mend = with_choices(first, group, seeds, among=arms)
    return (
        f"{', '.join(arms)} were not run on the same {' and '.join(differing) or 'networks'}, so no"
        f" two runs differ in their {group} alone; run {_all(mend, group)}"
    )


def _one_seed(found: Sequence[Pair], group: str) -> str:
    needed = fewest(len(found))
    rows = pd.concat([runs.iloc[:1] for pair in found for runs in (pair.runs_a, pair.runs_b)])
    mend = commands(with_seeds(rows.drop_duplicates("identity"), range(needed)))
    most = max(len(pair.both) for pair in found)
    return (
        f"{'one seed' if most else 'no seed'} in common says nothing about a {group}: {needed} or"
        f" more are needed; run {_all(mend, group)}"
    )


def _all(mend: Sequence[str], group: str) -> str:
    """Return commands in one line; if they are several, with that which compares them all."""
    after = f", then compare with: experiments compare {group} --all" if len(mend) > 1 else ""
    return " && ".join(mend) + after
