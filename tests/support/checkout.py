"""A copy of the project, in which commands are typed exactly as the pages print them.

The commands are not changed. They take seconds because the copy's files of conf/ have other
defaults: few images, few epochs.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from harness import PROJECT, Program

SMALLER = {
    "conf/config.yaml": {r"^epochs: \d+": "epochs: 2"},
    "conf/dataset/cut.yaml": {
        "^train_size: null": "train_size: 300",
        r"^validation_size: \d+": "validation_size: 500",
    },
    "conf/study/base.yaml": {"dataset.train_size: 5000": "dataset.train_size: 300"},
}
"""Files of the copy with other values, by the patterns that they replace."""
LINKED = ("data", "notebooks")
DECIDES = ("pyproject.toml", "constraints.txt")
"""The files of which make installs packages again if they are newer than its marks."""
LONGEST = 900
"""Seconds that a command may take: a whole study, or the site, on a busy machine."""
INSTALLED = ("", "-test", "-docs")
"""The ends of the names of the files that tell make which packages are installed."""


@dataclass(frozen=True)
class Checkout:
    """A copy of the project with an environment in `.venv`, for commands of a shell."""

    folder: Path

    def typed(self, line: str) -> Program:
        """Start a line in a shell, in the folder of the copy."""
        return Program(
            ["bash", "-c", line],
            self.folder.with_suffix(".log"),
            cwd=self.folder,
            PYTHONPATH=str(self.folder / "src"),
            BROWSER="true",
        )

    def done(self, line: str) -> str:
        """Type a line, and return what it prints. It must succeed."""
        with self.typed(line) as program:
            assert program.wait(LONGEST) == 0, f"{line}\n{program.output}"
            return program.output


def make_checkout(folder: Path) -> Checkout:
    """Copy the files of the project, make them small, and link the environment of the tests."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    for name in listed.stdout.splitlines():
        if not name.startswith(tuple(f"{each}/" for each in LINKED)) and (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
    for name in LINKED:
        (folder / name).symlink_to(PROJECT / name)
    _make_smaller(folder)
    _link_environment(folder / ".venv")
    return Checkout(folder)


def _make_smaller(folder: Path) -> None:
    for name, changes in SMALLER.items():
        text = (folder / name).read_text(encoding="utf-8")
        for pattern, value in changes.items():
            text, found = re.subn(pattern, value, text, flags=re.MULTILINE)
            assert found, f"{name} has no {pattern}"
        (folder / name).write_text(text, encoding="utf-8")


def _link_environment(venv: Path) -> None:
    """Make an environment with the programs and packages of that of the tests."""
    original = Path(sys.executable).parent.parent
    (venv / "bin").mkdir(parents=True)
    for program in (original / "bin").iterdir():
        (venv / "bin" / program.name).symlink_to(program)
    (venv / "lib").symlink_to(original / "lib")
    if (original / "pyvenv.cfg").exists():
        shutil.copy(original / "pyvenv.cfg", venv / "pyvenv.cfg")
    newest = max((venv.parent / name).stat().st_mtime for name in DECIDES)
    for name in INSTALLED:
        mark = venv / f"installed{name}"
        mark.touch()
        os.utime(mark, (newest + 1, newest + 1))
