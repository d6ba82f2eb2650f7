"""Accuracies and costs over epochs: lines of means, or points where there is one epoch."""

from collections.abc import Iterator, Sequence

import altair as alt
import pandas as pd

from experiments.charts.figure import VISIBLE, Chart, Figure, Panel, records
from experiments.charts.means import HIGH, LOW, MEAN, means
from experiments.charts.style import Key, colour, dashes, limits
from experiments.comparison import ARM, CONDITION

SPLITS = {"train": "training", "validation": "validation"}
HEIGHT = 230
BAND = 0.15
MOST_TICKS = 10


def accuracy_curves(history: pd.DataFrame, drawn: Sequence[Key]) -> Figure | None:
    """Return the accuracies on the training and the validation set, a panel for each condition.

    ``history`` is as from `results.history`, with the columns of `named`. None if there is none.
    """
    rows = _of_metrics(history, "accuracy")
    if rows.empty:
        return None
    rows = rows.assign(value=100 * rows["value"])
    parts = [(str(name), part) for name, part in rows.groupby(CONDITION, sort=True)]
    panels = list(_panels(parts, drawn, "accuracy (%)", within=(0.0, 100.0)))
    kind, form = _kind(rows)
    return Figure(
        name="accuracy-by-epoch",
        title=f"Accuracy {form}",
        caption=f"{kind} {_seeds(rows)}",
        description=_last(rows, " %"),
        panels=panels,
        keys=drawn,
    )


def cost_curves(history: pd.DataFrame, drawn: Sequence[Key]) -> Figure | None:
    """Return the costs without their penalty, a panel for each condition and cost.

    Different costs measure different things, so they share no axis.
    """
    metric = "loss" if (history["metric"] == "validation/loss").any() else "cost"
    rows = _of_metrics(history, metric)
    if rows.empty:
        return None
    costs = ["loss", "loss.output"] if "loss.output" in rows else ["loss"]
    parts = []
    for condition, same in rows.groupby(CONDITION, sort=True):
        by_cost = list(same.groupby(costs, observed=True, sort=True, dropna=False))
        for cost, part in by_cost:
            words = " ".join(map(str, cost))
            parts.append((f"{condition}: {words}" if len(by_cost) > 1 else str(condition), part))
    kind, form = _kind(rows)
    penalty = " without the penalty" if metric == "loss" and _penalised(rows) else ""
    apart = " Different costs cannot be compared, so each has a panel of its own."
    several = rows.groupby(costs, observed=True, dropna=False).ngroups > 1
    return Figure(
        name="cost-by-epoch",
        title=f"Cost{penalty} {form}",
        caption=f"{kind} {_seeds(rows)}{apart if several else ''}",
        description=_last(rows, ""),
        panels=list(_panels(parts, drawn, "cost", within=(0.0, float("inf")))),
        keys=drawn,
    )


def _of_metrics(history: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Return the rows of a metric on both splits, with the column `split`."""
    names = {f"{split}/{metric}": words for split, words in SPLITS.items()}
    rows = history[history["metric"].isin(list(names))]
    return rows.assign(split=rows["metric"].astype(str).map(names))


def _panels(
    parts: Sequence[tuple[str, pd.DataFrame]],
    drawn: Sequence[Key],
    unit: str,
    *,
    within: tuple[float, float],
) -> Iterator[Panel]:
    for title, part in parts:
        table = means(part, [ARM, "split", "epoch"], "value")
        ends = limits([*table[MEAN], *table[LOW], *table[HIGH]], within=within)
        several = table["epoch"].max() > 1
        yield Panel(title, _chart(table, drawn, unit, ends), records(table), zoom=bool(several))


def _chart(table: pd.DataFrame, drawn: Sequence[Key], unit: str, ends: Sequence[float]) -> Chart:
    last = int(table["epoch"].max())
    single = last == 1
    base = (
        alt.Chart()
        .transform_filter(VISIBLE)
        .encode(
            x=_arms(drawn) if single else _epochs(last),
            y=alt.Y(f"{MEAN}:Q", title=unit, scale=alt.Scale(domain=ends, nice=False, zero=False)),
            color=colour(drawn),
            tooltip=[
                alt.Tooltip("arm:N"),
                alt.Tooltip("split:N"),
                alt.Tooltip("epoch:Q"),
                alt.Tooltip(f"{MEAN}:Q", title=unit, format=".4~g"),
                alt.Tooltip("n:Q", title="runs"),
            ],
        )
    )
    shade = alt.Opacity("split:N", sort=None, scale=_of_splits(0.55, 1.0), legend=None)
    points = base.mark_point(filled=True, clip=True).encode(
        size=alt.value(70 if single else 25),
        opacity=shade,
        shape=alt.Shape("split:N", scale=_shapes(), legend=None),
    )
    spread = _spread(base.transform_filter(f"isValid(datum.{LOW})"), single=single)
    if single:
        beside = alt.XOffset("split:N")
        return alt.layer(spread.encode(xOffset=beside), points.encode(xOffset=beside)).properties(
            height=HEIGHT
        )
    lines = base.mark_line(clip=True).encode(
        strokeDash=dashes(drawn), strokeWidth=_width(), opacity=shade, detail="split:N"
    )
    return alt.layer(spread, lines, points).properties(height=HEIGHT)


def _arms(drawn: Sequence[Key]) -> alt.X:
    return alt.X("arm:N", title=None, sort=[key.arm for key in drawn], axis=alt.Axis(labelAngle=0))


def _epochs(last: int) -> alt.X:
    """Return an axis of whole epochs; all epochs are labelled, or every second, third, ..."""
    step = -(-last // MOST_TICKS)
    ticks = [*range(step, last + 1, step)]
    axis = alt.Axis(values=ticks, format="d", title="epoch", grid=False)
    return alt.X("epoch:Q", axis=axis, scale=alt.Scale(domain=[1, last], nice=False))


def _width() -> alt.StrokeWidth:
    return alt.StrokeWidth("split:N", sort=None, scale=_of_splits(1.2, 2.6), legend=None)


def _spread(base: alt.Chart, *, single: bool) -> alt.Chart:
    """Return the intervals: bars at a single epoch, bands otherwise."""
    mark = (
        base.mark_rule(strokeWidth=2, clip=True)
        if single
        else base.mark_area(opacity=BAND, clip=True)
    )
    chart: alt.Chart = mark.encode(y=f"{LOW}:Q", y2=f"{HIGH}:Q", detail="split:N")
    return chart


def _of_splits(training: float, validation: float) -> alt.Scale:
    return alt.Scale(domain=list(SPLITS.values()), range=[training, validation])


def _shapes() -> alt.Scale:
    return alt.Scale(domain=list(SPLITS.values()), range=["triangle", "circle"])


def _kind(rows: pd.DataFrame) -> tuple[str, str]:
    """Return the key to the lines or points, and the end of the title."""
    if rows["epoch"].max() == 1:
        return "Circles: validation set; triangles: training set.", "after the only epoch"
    return "Thick lines: validation set; thin lines: training set.", "by epoch"


def _seeds(rows: pd.DataFrame) -> str:
    """Return a sentence: the values are means over seeds, or those of single runs."""
    most = rows.groupby([CONDITION, ARM], observed=True)["seed"].nunique().max()
    if most == 1:
        return "Each is one run."
    ends = rows.groupby([CONDITION, ARM, "identity"], observed=True)["epoch"].max()
    shorter = ends.groupby(level=[CONDITION, ARM], observed=True).nunique().max() > 1
    others = " Not all runs of an arm have the same number of epochs; a mean is over those that"
    others += " have the epoch."
    return f"Means over seeds, with the 95 % interval of the mean.{others if shorter else ''}"


def _penalised(rows: pd.DataFrame) -> bool:
    return bool("l2" in rows and (rows["l2"] != 0).any())


def _last(rows: pd.DataFrame, unit: str) -> str:
    """Return the last mean on the validation set of each arm in each condition, as a text."""
    of_set = rows[rows["split"] == "validation"]
    last = of_set.groupby("identity")["epoch"].transform("max")
    of_set = of_set[of_set["epoch"] == last]
    table = means(of_set, [CONDITION, ARM], "value")
    values = (
        f"{row[CONDITION]} {row[ARM]} {row[MEAN]:.4g}{unit}" for row in table.to_dict("records")
    )
    return f"Validation set after the last epoch: {', '.join(values)}."
