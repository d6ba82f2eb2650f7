"""The results of a sweep, for its run in MLflow: metrics, parameters, and a description."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from experiments.configuration import experiment_overrides, without_seed
from experiments.recording import Record, RecordedStudy, Status

ACCURACIES = {"validation accuracy": "validation/accuracy", "test accuracy": "test/accuracy"}
"""The columns of the table of arms, and their metrics. The arms are sorted by the first one."""
MOST_ROWS = 50
"""Arms in the table; it has to fit in a tag of MLflow."""
MOST_ABOVE = 2
"""Verdicts that leave room for the table below them, where MLflow's page shows both."""
UNKNOWN = "-"


@dataclass(frozen=True, kw_only=True)
class ArmResult:
    """An arm of a sweep: its finished runs, and the mean of each metric after the last epoch."""

    name: str
    n_runs: int
    means: Mapping[str, float]


def arm_results(runs: Sequence[tuple[str, Record | None]]) -> list[ArmResult]:
    """Return the arms with a finished run, the one with the best validation accuracy first.

    ``runs`` are the names of the runs in the sweep, and their records. A mean over runs of which
    some have no such metric, because their test set is closed, is left out.
    """
    arms: dict[str, list[Mapping[str, float]]] = {}
    for name, record in runs:
        if record is not None and record.end and record.end.status is Status.FINISHED:
            last = record.epochs[-1].metrics if record.epochs else {}
            arms.setdefault(without_seed(name), []).append({**last, **record.end.metrics})
    results = [
        ArmResult(name=name, n_runs=len(found), means=_means(found)) for name, found in arms.items()
    ]
    first = next(iter(ACCURACIES.values()))
    return sorted(results, key=lambda arm: arm.means.get(first, 0.0), reverse=True)


def result_runs(
    study: RecordedStudy | None, runs: Sequence[tuple[str, Record | None]]
) -> Sequence[tuple[str, Record | None]]:
    """Return the runs that are results: of a study those on the seeds that tuning did not use.

    ``runs`` are as for `arm_results`. If a study has none of these, or none yet, all runs are.
    """
    if study is None or not study.rows:
        return runs
    compared = [
        (name, record)
        for name, record in runs
        if record is not None and record.start.config.seed >= study.tuning_seeds
    ]
    return compared or runs


def sweep_metrics(arms: Sequence[ArmResult]) -> dict[str, float]:
    """Return the metrics of a sweep: the accuracies of its best arm, and the means over all arms.

    The best arm has the best accuracy on the validation set.
    """
    if not arms:
        return {}
    best = {f"best_arm/{name}": value for name, value in arms[0].means.items()}
    means = _means([arm.means for arm in arms])
    return best | {f"mean_of_arms/{name}": value for name, value in means.items()}


def sweep_params(overrides: Sequence[str]) -> dict[str, str]:
    """Return the options of a sweep's command line, as they were typed."""
    pairs = (override.lstrip("+").partition("=") for override in experiment_overrides(overrides))
    return {key: value for key, equals, value in pairs if equals}


def describe(
    what_ran: str,
    arms: Sequence[ArmResult],
    n_runs: int,
    report: str,
    links: Mapping[str, str],
    *,
    verdicts: str = "",
) -> str:
    """Return the description of a sweep of ``n_runs`` runs in Markdown, with a table of its arms.

    ``what_ran`` says what was run, ``report`` makes the report, ``links`` are addresses by
    their words, and ``verdicts`` a list of sentences.
    """
    parts = []  # results above all else, because MLflow's page folds what is below
    if arms:
        parts += ["\n".join(_table(arms)), "Means over seeds, after the last epoch."]
    if verdicts:
        few = len(verdicts.splitlines()) <= MOST_ABOVE
        parts = [verdicts, *parts] if few else [*parts, verdicts]
    if len(arms) > MOST_ROWS:
        parts.append(f"The table shows the best {MOST_ROWS} of {len(arms)} arms.")
    unfinished = n_runs - sum(arm.n_runs for arm in arms)
    if unfinished:
        parts.append(f"Not finished: {unfinished} of {n_runs} runs.")
    parts.append(what_ran)
    parts.append(f"{'More figures' if verdicts else 'Verdicts and figures'}: `{report}`")
    parts.append(" · ".join(f"[{words}]({address})" for words, address in links.items()))
    return "\n\n".join(parts)


def _table(arms: Sequence[ArmResult]) -> list[str]:
    numbers = [*ACCURACIES, "seeds"]
    lines = [_row(["arm", *numbers]), _row(["---", *("---:" for _ in numbers)])]
    for arm in arms[:MOST_ROWS]:
        values = (arm.means.get(metric) for metric in ACCURACIES.values())
        words = [UNKNOWN if value is None else f"{value:.2%}" for value in values]
        lines.append(_row([arm.name.replace("|", r"\|"), *words, str(arm.n_runs)]))
    return lines


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _means(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the means of the accuracies that all have."""
    return {
        metric: sum(each[metric] for each in found) / len(found)
        for metric in ACCURACIES.values()
        if all(metric in each for each in found)
    }
