"""The tables that are printed: one for each ratio, and one of what bounds our seconds."""

from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.speed.measuring import Measurement, Ratio
from benchmarks.speed.spread import spread

WIDTH = 56
"""Of the column with the names of the workloads."""


def tables(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield the lines of all tables."""
    for number, ratio in enumerate(measurements[0].ratios):
        yield from ratio_table([(each, each.ratios[number]) for each in measurements], ratio)
    yield from bounds_table(measurements)
    yield from summary_table(measurements)


def ratio_table(rows: Sequence[tuple[Measurement, Ratio]], ratio: Ratio) -> Iterator[str]:
    """Yield the table of the ratio between two contenders: a line for each workload."""
    ours, theirs = ratio.ours, ratio.theirs
    compiled = rows[0][0].timing(theirs).compile_seconds is not None
    yield ""
    yield (
        f"{f'{ours} / {theirs}':{WIDTH}}{'ratio':16}{'limit':12}{'seconds, ours':21}"
        f"{'seconds, theirs':21}{'accuracy':13}{'compile' if compiled else ''}".rstrip()
    )
    for measurement, each in rows:
        a, b = measurement.timing(ours), measurement.timing(theirs)
        limit = "" if each.limit is None else f"{each.limit} {'met' if each.met else 'MISSED'}"
        accuracy = f"{median(a.accuracies):.3f} {median(b.accuracies):.3f}"
        if not (measurement.same_accuracy(a) and measurement.same_accuracy(b)):
            accuracy += "!"
        seconds = "" if b.compile_seconds is None else f"{b.compile_seconds:.1f} s"
        yield (
            f"{measurement.workload:{WIDTH}}{spread(each.values, 2):16}{limit:12}"
            f"{spread(a.seconds, 3):21}{spread(b.seconds, 3):21}{accuracy:13}{seconds}".rstrip()
        )


def bounds_table(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield the table of what our seconds consist of: a line for each workload.

    The microseconds of a step are those of its matrix products, if they were as fast as the peak,
    of its mini-batch, of its update, and the rest.
    """
    yield ""
    yield (
        f"{'ours, per step':{WIDTH}}{'of the peak':13}{'peak, GFLOP/s':16}{'MFLOP':9}{'us':9}"
        f"{'= products':12}{'+ batch':9}{'+ update':10}{'+ rest':9}Adam moves (least), MB"
    )
    for each in measurements:
        bounds = each.bounds
        step = median(each.timings[0].seconds) / bounds.steps
        products = step * median(bounds.fraction)
        batch, update = median(bounds.batch_seconds), median(bounds.update_seconds)
        times = [step, products, batch, update, step - products - batch - update]
        columns = (
            f"{1e6 * seconds:<{width}.1f}"
            for seconds, width in zip(times, (9, 12, 9, 10, 9), strict=True)
        )
        adam = ""
        if bounds.update_bytes is not None and bounds.least_update_bytes is not None:
            adam = f"{bounds.update_bytes / 1e6:.2f} ({bounds.least_update_bytes / 1e6:.2f})"
        fractions = spread([100 * part for part in bounds.fraction], 0) + " %"
        yield (
            f"{each.workload:{WIDTH}}{fractions:13}"
            f"{spread([part / 1e9 for part in bounds.peak], 0):16}{bounds.step_flops / 1e6:<9.2f}"
            f"{''.join(columns)}{adam}".rstrip()
        )


def summary_table(measurements: Sequence[Measurement]) -> Iterator[str]:
    """Yield the table of docs/speed.md, in Markdown: our seconds, and how many times theirs are.

    Seconds are medians. The others are compared with the last of ours that has a limit.
    """
    ratios = measurements[0].ratios
    ours = list(dict.fromkeys(each.ours for each in ratios))
    compared = [each.ours for each in ratios if each.limit is not None][-1]
    theirs = [each.theirs for each in ratios if each.ours == compared and each.theirs not in ours]
    yield ""
    yield f"| network | {' | '.join([*ours, *theirs])} |"
    yield f"| ---{' | ---' * (len(ours) + len(theirs))} |"
    for each in measurements:
        seconds = [f"{median(each.timing(name).seconds):.2f}" for name in ours]
        times = [
            _times(1 / median(ratio.values))
            for ratio in each.ratios
            if ratio.ours == compared and ratio.theirs in theirs
        ]
        yield f"| {each.workload} | {' | '.join([*seconds, *times])} |"


def _times(ratio: float) -> str:
    """Return a ratio with two or three digits."""
    return f"{ratio:.{0 if ratio >= 9.95 else 1 if ratio >= 1.95 else 2}f} x"
