"""The verdicts of a sweep, from a program that knows statistics, for its page in MLflow."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.mirror.sweep_results import ArmResult

PROGRAM = "experiments.comparison.sweep_verdicts"
MOST_SECONDS = 60
"""After this time the page has no verdicts; `experiments sync` writes them later."""


def verdicts(folder: Path, arms: Sequence[ArmResult]) -> str:
    """Return the verdicts of the sweep in a folder as a list in Markdown.

    It is empty if there are not two arms with two seeds, or if the program fails.
    """
    if sum(arm.n_runs > 1 for arm in arms) < 2:
        return ""
    command = [sys.executable, "-m", PROGRAM, str(folder)]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=MOST_SECONDS
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
