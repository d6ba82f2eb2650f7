"""Count the looks of `experiments compare` at a question."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from experiments.comparison import Comparison, Factorial
    from experiments.recording import Question
    from experiments.results import Scope


def count_look_at(question: Question, scope: Scope, result: Comparison | Factorial) -> int | None:
    """Return the number of this look; None if the source is no outputs folder.

    It is None, too, if nothing can be written there, and stderr says so. Raise UserError if one
    look was planned, and this is not the first.
    """
    from experiments.comparison import count_look
    from experiments.results import is_outputs

    if scope.source is None or not is_outputs(scope.source):
        return None
    try:
        return count_look(
            Path(scope.source),
            question.words,
            result.tuned["identity"],
            rows=result.family,
            one_look=result.one_look,
        )
    except OSError as error:
        sys.stderr.write(f"This look is not counted: {error.filename}: {error.strerror}\n")
        return None
