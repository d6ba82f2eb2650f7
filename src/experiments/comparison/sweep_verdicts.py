"""The verdicts of a sweep, one sentence for each comparison of what was swept.

`python -m experiments.comparison.sweep_verdicts FOLDER` prints them as a list in Markdown. The
mirror process runs it at the end of a sweep, so it needs no statistics of its own.
"""

import sys
from contextlib import suppress
from pathlib import Path

import pandas as pd

import experiments.startup  # noqa: F401 - before NumPy is imported
from experiments.comparison.asking import compare_one, own_question_first, runs_to_compare
from experiments.comparison.verdicts import row_sentences
from experiments.configuration import GROUPS
from experiments.errors import UserError
from experiments.recording import Question, read_sweep
from experiments.results import RATE, Scope, options, runs

MOST_SENTENCES = 12
"""The sentences have to fit in a tag of MLflow, together with the table of arms."""


def swept(frame: pd.DataFrame) -> list[str]:
    """Return the groups that have several values in a frame of runs, and such options.

    An option that follows from the choice in a group is left out, and so is the learning rate.
    """
    several = [group for group in GROUPS if frame[group].nunique() > 1]
    own = [
        option
        for option in options(frame)
        if option != RATE
        and option.partition(".")[0] not in several
        and frame[option].astype(str).nunique() > 1
    ]
    return [*(group for group in several if group != "dataset"), *own]


def sweep_verdicts(folder: Path) -> list[str]:
    """Return a sentence in Markdown for each comparison; none if there are too few seeds.

    Those of a study's own arms come first.
    """
    record = read_sweep(folder)
    study = record.study if record else None
    compared = runs_to_compare(runs(folder), [], study)
    sentences: list[str] = []
    for group in own_question_first(swept(compared), study):
        with suppress(UserError):  # the arms have too few seeds in common
            question = Question.of([group], study)
            sentences += row_sentences(compare_one(question, compared, Scope.of(folder)))
    left = len(sentences) - MOST_SENTENCES
    more = [f"{left} more comparisons are in the report."] if left > 0 else []
    return [*sentences[:MOST_SENTENCES], *more]


def main() -> None:
    """Print the verdicts of the sweep on the command line."""
    sys.stdout.writelines(f"- {each}\n" for each in sweep_verdicts(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
