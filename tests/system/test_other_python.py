"""`python run.py` with a Python that has none of the packages."""

import shlex
import subprocess
import sys
from pathlib import Path

from harness import PROJECT


def test_without_the_packages_one_line_says_what_to_type(tmp_path: Path) -> None:
    words = [PROJECT / "run.py", "-m", "seed=range(3)"]
    without_packages = [sys.executable, "-I", "-S", *words]
    done = subprocess.run(
        without_packages, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    problem, _, remedy = line.partition("; type: ")
    assert problem.startswith("error: No module named ")
    python, *rest = shlex.split(remedy)[-4:]
    assert (tmp_path / python).parent.resolve() == (PROJECT / ".venv" / "bin").resolve()
    assert rest == [str(word) for word in words]
