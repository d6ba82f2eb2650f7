"""The verdict figure: the difference of two arms on each seed, its interval, and who is better."""

import math
from collections.abc import Sequence
from typing import Any, cast

import altair as alt

from experiments.charts.figure import Chart, Figure, Panel, Rows
from experiments.charts.style import Key, limits
from experiments.comparison import Comparison, Row, Verdict, verdict_words

ROW = 96
"""The height of a row, in pixels."""
UNDECIDED = "#555555"
BARS = " The bar is the interval of the mean: those of all rows of a group hold together (95 %)."
X = "points:Q"


def verdict_figure(
    rows: Sequence[tuple[Comparison, Row]], drawn: Sequence[Key], *, left_out: int = 0
) -> Figure:
    """Return one row for each comparison of two arms; ``left_out`` is the number of others.

    On the right of zero the arm that is named on the right is better. The winner is named, and the
    interval has its colour.
    """
    colours = {key.arm: key.colour for key in drawn}
    margins = {100 * comparison.margin for comparison, _ in rows}
    found = _rows(rows, colours, max(margins, default=0.1))
    bars = BARS * any("low" in each for each in found if each["kind"] == "row")
    ties = f" Grey: differences below {max(margins):g} points do not matter." if margins else ""
    others = f" {left_out} more comparisons are in the chapters." if left_out else ""
    described = [_description(comparison, row) for comparison, row in rows]
    return Figure(
        name="verdicts",
        title="Which arm is better",
        caption=f"A dot is the difference on one seed, the diamond their mean.{bars}{ties}{others}",
        description="; ".join(described),
        panels=[Panel("", _chart(found, len(rows)), found)],
        wide=True,
    )


def _rows(rows: Sequence[tuple[Comparison, Row]], colours: dict[str, str], margin: float) -> Rows:
    """Return the data: rows, dots of seeds, the margin and zero, told apart by `kind`."""
    found: Rows = [
        {"kind": "margin", "low": -margin, "high": margin},
        {"kind": "zero", "points": 0},
    ]
    for n, (comparison, row) in enumerate(rows):
        found += [{"kind": "seed", **each} for each in _dots(n, row)]
        found.append({"kind": "row", **_summary(n, comparison, row, colours)})
    return found


def _of(kind: str) -> alt.Chart:
    return alt.Chart().transform_filter(f"datum.kind === '{kind}'")


def _chart(rows: Rows, n: int) -> Chart:
    """Return the chart of ``n`` comparisons."""
    ends = [each[key] for each in rows for key in ("points", "low", "high") if key in each]
    most = max(abs(value) for value in ends)
    x = alt.X(
        X,
        title="percentage points",
        axis=alt.Axis(tickCount=8),
        scale=alt.Scale(domain=limits([-most, most])),
    )
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, n], reverse=True, nice=False))
    base = _of("row").encode(y=y, color=alt.Color("colour:N", scale=None))
    dots = _of("seed").mark_circle(size=45, opacity=0.45, color="#777777")
    return alt.layer(
        _of("margin")
        .mark_rect(color="#ededed")
        .encode(x=alt.X("low:Q", title="percentage points"), x2="high:Q"),
        _of("zero").mark_rule(color="#333333").encode(x=x),
        dots.encode(x=x, y=y, tooltip=["seed:Q", alt.Tooltip(X, title="points", format="+.2f")]),
        base.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=3)
        .encode(x=alt.X("low:Q", title="percentage points"), x2="high:Q", tooltip=["words:N"]),
        base.transform_filter("isValid(datum.points)")
        .mark_point(shape="diamond", filled=True, size=130, opacity=1)
        .encode(x=x, tooltip=["condition:N", "words:N"]),
        _text(base, "condition", -50, x=0, colour=alt.value("#222222")),
        _text(base, "words", -34, x=0, bold=True),
        _text(base, "left", -14, x=0, colour=alt.value("#555555")),
        _text(base, "right", -14, x="width", align="right", colour=alt.value("#555555")),
    ).properties(height=ROW * n)


def _text(
    base: alt.Chart,
    field: str,
    dy: int,
    *,
    x: int | str,
    align: Any = "left",
    bold: bool = False,
    colour: Any = None,
) -> alt.Chart:
    """Return a line of text of each row, ``dy`` pixels below its interval, from a side."""
    mark = base.mark_text(
        align=align,
        dy=dy,
        fontSize=12 + bold,
        fontWeight="bold" if bold else "normal",
        limit=alt.ExprRef("width"),  # on a phone
    )
    encoded = mark.encode(x=alt.value(x), text=f"{field}:N")
    return cast("alt.Chart", encoded.encode(color=colour) if colour is not None else encoded)


def _dots(n: int, row: Row) -> list[dict[str, Any]]:
    """Return the difference on each seed on which both arms learned."""
    both = row.pair.learned
    return [
        {"seed": int(seed), "points": round(100 * float(each["a"] - each["b"]), 4), "y": n + 0.78}
        for seed, each in both.iterrows()
    ]


def _summary(n: int, comparison: Comparison, row: Row, colours: dict[str, str]) -> dict[str, Any]:
    known = row.statistics
    found: dict[str, Any] = {
        "y": n + 0.78,
        "condition": row.condition,
        "words": _words(comparison, row),
        "left": f"◀ {row.arm_b} better",
        "right": f"{row.arm_a} better ▶",
        "colour": colours.get(_winner(row), UNDECIDED),
    }
    if known:
        found["points"] = round(100 * known.difference, 4)
        if math.isfinite(known.low):
            found |= {"low": round(100 * known.low, 4), "high": round(100 * known.high, 4)}
    return found


def _winner(row: Row) -> str:
    return {Verdict.A_BETTER: row.arm_a, Verdict.B_BETTER: row.arm_b}.get(row.verdict, "")


def _words(comparison: Comparison, row: Row) -> str:
    """Return the verdict, and the difference if it is what decides."""
    words = verdict_words(row, comparison)
    if _winner(row) and row.statistics and not row.failed:
        return f"{words} by {100 * abs(row.statistics.difference):.2f} points"
    if row.verdict is Verdict.UNDECIDED:
        return f"undecided{_ahead(row)}"
    return words


def _ahead(row: Row) -> str:
    """Return which arm is ahead so far, after a colon."""
    known = row.statistics
    if known is None or row.failed or not known.difference:
        return ""
    arm = row.arm_a if known.difference > 0 else row.arm_b
    return f": {arm} ahead by {100 * abs(known.difference):.2f}"


def _description(comparison: Comparison, row: Row) -> str:
    return f"{row.condition}: {row.arm_a} against {row.arm_b}, {_words(comparison, row)}"
