"""Commands done in forks of a process that has imported the program, which saves each the imports.

They serve tests that read what a command leaves or prints. Each has a process, an output and an
exit code of its own. A test of processes, signals or imports uses `Program`.
"""

import atexit
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from harness.programs import (
    EXPERIMENTS,
    PATIENCE,
    PROJECT,
    TERMINATED_WITH_THE_TESTS,
    environment,
    start,
)

SERVER = """
import json, os, runpy, signal, sys
before = dict(os.environ)
{imports}
added = {{name: each for name, each in os.environ.items() if before.get(name) != each}}
for line in sys.stdin:
    words, log, variables, patience = json.loads(line)
    child = os.fork()
    if not child:
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
os.setsid()
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), 1)
os.dup2(1, 2)
signal.alarm(patience)
os.environ.clear()
os.environ.update({{**added, **variables}})
sys.argv = words
{call}
"""
"""Reads a command from each line of stdin, does it in a fork, and prints its exit code."""
RUN = (
    "import run\nfrom experiments.configuration import build, compose\nbuild(compose())",
    'runpy.run_path(sys.argv[0], run_name="__main__")',
)
"""`python run.py`. It has read the data before."""
COMMANDS = (
    "import warnings\nfrom experiments.cli import main\n"
    "with warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n"
    "    import experiments.comparison, experiments.mirror\n"
    "    import experiments.report, experiments.results",
    "sys.exit(main())",
)
"""`experiments`."""


class Warm:
    """A process that does commands of one program in forks, one after the other."""

    def __init__(self, imports: str, call: str) -> None:
        code = SERVER.format(imports=imports, call=call)
        self.process = subprocess.Popen(
            [*TERMINATED_WITH_THE_TESTS, sys.executable, "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env=environment(),
        )
        atexit.register(self.process.communicate)  # the end of its input ends it

    def execute(self, words: Sequence[str | Path], log: Path, variables: Mapping[str, str]) -> int:
        """Do the command, which prints to a file; return its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        log.parent.mkdir(parents=True, exist_ok=True)
        command = [*map(str, words)], str(log), {**environment(), **variables}, PATIENCE
        self.process.stdin.write(f"{json.dumps(command)}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@cache
def _warm(imports: str, call: str) -> Warm:
    """Return the process for a program, which is started when it is needed first."""
    return Warm(imports, call)


def experiments(log: Path, *words: str | Path, **variables: str) -> tuple[int, str]:
    """Execute `experiments` in the project's folder; return its exit code and its output."""
    code = _warm(*COMMANDS).execute([EXPERIMENTS, *words], log, variables)
    return code, log.read_text(encoding="utf-8")


def run(folder: Path, *arguments: str, log: Path | None = None, **settings: Any) -> str:
    """Run `python run.py` until it succeeds, and return its output; see `start`.

    With settings it is a process that imports everything itself.
    """
    if settings:
        with start(folder, *arguments, log=log, **settings) as program:
            assert program.wait() == 0, program.output
            return program.output
    log = log or folder.with_suffix(".log")
    code = _warm(*RUN).execute([PROJECT / "run.py", *arguments, f"outputs={folder}"], log, {})
    output = log.read_text(encoding="utf-8")
    assert code == 0, output
    return output
