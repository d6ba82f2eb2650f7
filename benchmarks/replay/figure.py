"""The figure of a replay: what was done, how late, and who was busy, by rate."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from benchmarks.replay.step import Processors, Step, knee
from experiments import plotting
from experiments.palette import COLOURS

SIZE = (9.5, 8.0)
BLACK = COLOURS[-1]


def draw(steps: Sequence[Step], path: Path) -> None:
    """Draw a column for each load; write the figure to a file."""
    plotting.use_style()
    loads = list(dict.fromkeys(step.load for step in steps))
    figure, panels = plt.subplots(3, len(loads), figsize=SIZE, sharex="col", squeeze=False)
    for column, load in enumerate(loads):
        found = [step for step in steps if step.load == load]
        done, late, busy = panels[:, column]
        _draw_done(done, found)
        _draw_late(late, found)
        _draw_busy(busy, found)
        done.set_title(f"{load[:1].upper()}{load[1:]}")
        busy.set_xlabel("due per second")
        last = knee(found)
        for axes in panels[:, column]:
            axes.set_xscale("log")
            axes.xaxis.set_minor_locator(NullLocator())
            axes.set_xticks([step.rate for step in found], [f"{step.rate:.3g}" for step in found])
            if last is not None:
                axes.axvline(last.rate, color=BLACK, linestyle=":", linewidth=1.5)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _draw_done(axes: Axes, steps: Sequence[Step]) -> None:
    rates = [step.rate for step in steps]
    axes.plot(rates, rates, color=BLACK, linewidth=1, label="due")
    axes.plot(rates, [step.done for step in steps], "o-", color=COLOURS[0], label="done")
    axes.set_ylim(bottom=0)
    axes.set_ylabel("per second")
    axes.legend()


def _draw_late(axes: Axes, steps: Sequence[Step]) -> None:
    rates = [step.rate for step in steps]
    for colour, name in zip(COLOURS, ("p50", "p95", "p99"), strict=False):
        label = f"{name[1:]} %"
        axes.plot(rates, [getattr(step, name) for step in steps], "o-", color=colour, label=label)
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylabel("seconds until done")
    axes.legend()


def _draw_busy(axes: Axes, steps: Sequence[Step]) -> None:
    rates = [step.rate for step in steps]
    labels = {"writers": "writers", "server": "server", "postgresql": "PostgreSQL"}
    labels["all"] = "all, others included"
    for colour, field in zip((*COLOURS[:3], BLACK), fields(Processors), strict=True):
        busy = [getattr(step.processors, field.name) for step in steps]
        axes.plot(rates, busy, "o-", color=colour, label=labels[field.name])
    axes.set_ylim(0, 1.4 * max(step.processors.all for step in steps))
    axes.set_ylabel("busy processors")
    axes.legend(fontsize="small", ncols=2, loc="upper left")
