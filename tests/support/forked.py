"""Programs of this project executed in forks of one process, so that they import only once.

Each command has its own process, its own output and its own exit code, as a user's has.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from any_overrides import CLASS
from harness import environment

LIMIT = 60
"""Seconds after which a command hangs."""
BUG = 99
"""The exit code of a command that raises."""
SERVER = f"""
import json, os, runpy, signal, sys, traceback
{{imports}}
for line in sys.stdin:
    child = os.fork()
    if not child:
        os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
        for descriptor, name in ((1, "out"), (2, "err")):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(f"answer.{{{{name}}}}", flags), descriptor)
        signal.alarm({LIMIT})
        sys.argv = ["{{name}}", *json.loads(line)]
        code = 0
        try:
            {{call}}
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = {BUG}
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
"""Reads lists of words from stdin, executes each in a fork, and prints its exit code."""
RUN = SERVER.format(
    name="run.py",
    imports="import run\nfrom experiments.configuration import build, compose\nbuild(compose())",
    call='runpy.run_path(run.__file__, run_name="__main__")',
)
"""Executes `python run.py`. It has read the data before."""
EXPERIMENTS = SERVER.format(
    name="experiments",
    imports="import experiments.comparison, experiments.mirror, experiments.report\n"
    "import experiments.results\nfrom experiments.cli import main",
    call="main()",
)
"""Executes `experiments`."""


@dataclass(frozen=True)
class Ended:
    """The end of a command."""

    words: Sequence[str]
    code: int
    stdout: str
    stderr: str

    def check_one_line(self, *expected: str) -> None:
        """Check that an error was printed as one line with all expected parts."""
        assert self.code in (1, 2), self
        assert self.stdout == "", self
        assert self.stderr.startswith("error: "), self
        assert self.stderr.count("\n") == 1, self
        assert not CLASS.search(self._without_words()), self
        for part in expected:
            assert part in self.stderr, self

    def _without_words(self) -> str:
        text = self.stderr
        for word in sorted(self.words, key=len, reverse=True):
            text = text.replace(word, "") if word else text
        return text


class Forks:
    """A process that executes a program, `RUN` or `EXPERIMENTS`, in forks, one after the other."""

    def __init__(self, program: str, folder: Path, *paths: Path, **variables: str) -> None:
        self.folder = folder
        code = f"import sys; sys.path[:0] = {[str(path) for path in paths]}\n{program}"
        self._errors = (folder.parent / f"{folder.name}.log").open("w+b")
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=folder,
            env={**environment(), "COLUMNS": "10000", **variables},  # names of runs are not cut
        )

    def __enter__(self) -> "Forks":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()
        self._errors.close()

    def execute(self, words: Sequence[str]) -> Ended:
        """Execute the program with these words."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps(words)}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, Path(self._errors.name).read_text(encoding="utf-8")
        out, err = ((self.folder / f"answer.{name}").read_text("utf-8") for name in ("out", "err"))
        return Ended(words, int(answer), out, err)
