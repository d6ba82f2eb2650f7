"""The table of a replication on the terminal, in 80 columns."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from experiments.configuration import Preset
from experiments.replicating.agreement import LEVEL, Agreement
from experiments.replicating.hypotheses import Answer, Hypothesis
from experiments.replicating.table import Row, family_of

STYLES = {
    Agreement.AGREES: "green",
    Agreement.DIFFERS: "bold red",
    Agreement.CANNOT_TELL: "yellow",
    Agreement.NOT_PUBLISHED: "dim",
    Agreement.OTHER_SETUP: "dim",
}
ANSWERS = {Answer.HOLDS: "green", Answer.FAILS: "bold red", Answer.UNDECIDED: "yellow"}
INDENT = "  "
NUMBER_WIDTH, VALUE_WIDTH, OURS_WIDTH = 31, 7, 22


def print_table(rows: Sequence[Row], presets: Mapping[str, Preset], console: Console) -> None:
    """Print the rows, under the title of each preset and below the setting of each case."""
    shown: tuple[str, str] | None = None
    for row in rows:
        if shown is None or row.preset != shown[0]:
            title = presets[row.preset].title if row.preset in presets else ""
            console.print(Text(f"{row.preset}: {title}", "bold"), soft_wrap=True)
            if row.preset in presets and presets[row.preset].remark:
                console.print(Text(f"{INDENT}{presets[row.preset].remark}", "dim"), soft_wrap=True)
        if row.setting and (row.preset, row.setting) != shown:
            console.print(Text(f"{INDENT}{row.setting}"), soft_wrap=True)
        shown = row.preset, row.setting
        _print_row(row, console)


def print_hypotheses(name: str, found: Sequence[Hypothesis], console: Console) -> None:
    """Print the verdict about each sentence of a text, of which a preset has this name."""
    if found:
        console.print(Text(f"{name}: hypotheses", "bold"))
    for each in found:
        line = Text(f"{INDENT}{each.says}: ")
        line.append(each.answer.value, ANSWERS[each.answer])
        console.print(line, soft_wrap=True)
        console.print(Text(f"{INDENT * 2}{each.reason}", "dim"), soft_wrap=True)


def print_summary(rows: Sequence[Row], console: Console) -> None:
    """Print how many numbers agree, and the method."""
    console.print(counts(rows), highlight=False)
    console.print(method(rows), highlight=False)


def counts(rows: Sequence[Row]) -> str:
    """Return how many published numbers agree with ours, as a sentence."""
    found = Counter(row.judgement.agreement for row in rows)
    of_open = Counter(row.judgement.agreement for row in rows if row.number.open)

    def number(agreement: Agreement) -> str:
        about = f" ({of_open[agreement]} of them about texts that leave something open)"
        return f"{found[agreement]}{about if of_open[agreement] else ''}"

    other = f"; with another set-up: {found[Agreement.OTHER_SETUP]}"
    return (
        f"Published numbers that agree: {number(Agreement.AGREES)}; that differ:"
        f" {number(Agreement.DIFFERS)}; of which it cannot be told:"
        f" {found[Agreement.CANNOT_TELL]}{other if found[Agreement.OTHER_SETUP] else ''}."
    )


def method(rows: Sequence[Row]) -> str:
    """Return how the numbers are compared, in sentences."""
    family = family_of(rows)
    if not family and any(row.judgement.agreement is Agreement.OTHER_SETUP for row in rows):
        return "No published number is compared, because the set-up is another one."
    if not family:
        return "No published number of these depends on a seed."
    return (
        f"In brackets: the interval that contains the number of a new run with a probability of"
        f" {LEVEL:.0%}, from the noise of our seeds. A number inside agrees. It differs if it lies"
        f" outside of the interval that is right for all {family} compared numbers"
        " together with this probability."
    )


def _print_row(row: Row, console: Console) -> None:
    judgement = row.judgement
    line = Text(INDENT)
    line.append(f"{row.number.words:{NUMBER_WIDTH}} {row.published:>{VALUE_WIDTH}}  ")
    line.append(f"{row.ours:{OURS_WIDTH}} ")
    line.append(judgement.agreement.value, STYLES[judgement.agreement])
    console.print(line, soft_wrap=True)
    if judgement.reason and judgement.agreement is not Agreement.AGREES:
        console.print(Text(f"{INDENT * 2}{judgement.reason}", "dim"), soft_wrap=True)
