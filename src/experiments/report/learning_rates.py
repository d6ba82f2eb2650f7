"""The chapter about learning rates: only where an arm was run at several of them."""

from collections.abc import Sequence

from experiments.charts import Key, accuracy_by_rate, keys
from experiments.comparison import ARM, CONDITION, named
from experiments.report.blocks import Block, Chapter, Chart, Paragraph, Table
from experiments.report.chapter import shown
from experiments.report.subject import Subject
from experiments.results import RATE


def learning_rates(subject: Subject, groups: Sequence[str], drawn: Sequence[Key]) -> Chapter | None:
    """Return the chapter; None if each arm was run at one learning rate."""
    if not subject.several_rates:
        return None
    runs = named(subject.runs, groups[0] if groups else "loss")
    arms = sorted(runs[ARM].unique())
    own = [key for key in drawn if key.arm in arms] or keys(arms)
    blocks: list[Block] = [
        Paragraph(
            "Each arm is compared at the learning rate that is best on the validation set, by a"
            " smoothed mean over the seeds that all its rates have."
        )
    ]
    if figure := accuracy_by_rate(shown(runs), own):
        blocks.append(Chart(figure))
    blocks.append(_chosen(subject, groups))
    return Chapter("learning-rates", "Learning rates", blocks)


def _chosen(subject: Subject, groups: Sequence[str]) -> Table:
    """Return the learning rate that each arm got, and those that it could have had."""
    group = groups[0] if groups else "loss"
    tuned, runs = named(subject.tuned, group), named(subject.runs, group)
    rows = [
        [
            str(condition),
            str(arm),
            ", ".join(f"{rate:g}" for rate in sorted(part[RATE].unique())),
            ", ".join(
                f"{rate:g}"
                for rate in sorted(
                    runs[(runs[CONDITION] == condition) & (runs[ARM] == arm)][RATE].unique()
                )
            ),
        ]
        for (condition, arm), part in tuned.groupby([CONDITION, ARM], observed=True)
    ]
    return Table("The chosen learning rates", ["network, condition", "arm", "chosen", "run"], rows)
