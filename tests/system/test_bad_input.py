"""`python run.py` with mistakes: each ends with one line on stderr, before anything is written."""

import json
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from any_overrides import CLASS, KEYS, VALUES
from harness import NOT_TRACKED, PROJECT, Program, start

FORKS = """
import json, os, runpy, sys
sys.path.insert(0, os.getcwd())
import run
for number, words in enumerate(json.load(open("commands.json"))):
    child = os.fork()
    if not child:
        for descriptor, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(f"{number}.{name}", os.O_WRONLY | os.O_CREAT), descriptor)
        sys.argv = ["run.py", *words]
        runpy.run_path("run.py", run_name="__main__")
        sys.exit(0)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
"""Executes `python run.py` with each of many lists of words, and imports only once.

It prints the exit codes. The output of command N goes to N.out and N.err.
"""


@dataclass(frozen=True)
class Ended:
    """The end of a command."""

    words: Sequence[str]
    code: int
    stdout: str
    stderr: str

    def check_one_line(self, *expected: str) -> None:
        """Check that an error was printed as one line with all expected parts."""
        assert self.code == 1, self
        assert self.stdout == ""
        assert self.stderr.startswith("error: "), self
        assert self.stderr.count("\n") == 1, self
        assert not CLASS.search(self.stderr), self
        for part in expected:
            assert part in self.stderr, self


def run_all(folder: Path, commands: Sequence[Sequence[str]]) -> list[Ended]:
    """Execute `python run.py` with each list of words in a copy of the script in ``folder``."""
    shutil.copy(PROJECT / "run.py", folder)
    (folder / "commands.json").write_text(json.dumps(commands), encoding="utf-8")
    with Program([sys.executable, "-c", FORKS], folder / "codes", cwd=folder) as program:
        assert program.wait() == 0, program.output
        codes = [int(line) for line in program.output.splitlines()]
    return [
        Ended(
            words,
            code,
            (folder / f"{number}.out").read_text(encoding="utf-8"),
            (folder / f"{number}.err").read_text(encoding="utf-8"),
        )
        for number, (words, code) in enumerate(zip(commands, codes, strict=True))
    ]


MISTAKES = [
    (["epochz=3"], "epochz"),
    (["epochs=abc"], "epochs"),
    (["optimizer=adamm"], "optimizer/adamm"),
    (["optimizer.beta1=0.5"], "optimizer.beta1"),
    (["optimizer.learning_rate=-1"], "optimizer.learning_rate"),
    (["activation._target_=nn.Softsign"], "nn.Softsign"),
    (["dataset.root=nowhere"], "nowhere: the folder does not exist"),
    (["dataset.first_label=1"], "dataset.first_label=0 makes them classes 0 to 9"),
    (["dataset.train_size=60000"], "dataset.train_size=60000"),
    (["seed=1,2"], "several values need -m"),
    (["outputs=w#1"], "as text it is written 'outputs=\"w#1\"'"),
    (["-m", "seed=range(5,1)"], "seed=range(5,1): it has no values"),
    (["tracking.uri=gopher://store"], "MLflow has no stores of the kind gopher"),
    (["tracking.uri=file:/mlruns"], "folders are no MLflow stores any more"),
    (["hydra.run.dir=elsewhere"], "this option of Hydra does nothing here"),
    (["--config-dir", "nowhere"], "nowhere' not found"),
    (["--experimental-rerun", "nowhere"], "--experimental-rerun does nothing here"),
    (["-m", "optimizer.learning_rate=0.1,-1", "epochs=1"], "optimizer.learning_rate=-1"),
    (["-m", "dataset.train_size=100,60000", "epochs=1"], "dataset.train_size=60000"),
]


def test_a_mistake_is_one_line_and_nothing_is_written(tmp_path: Path) -> None:
    outputs = tmp_path / "outputs"
    commands = [[*words, NOT_TRACKED, f"outputs={outputs}"] for words, _ in MISTAKES]
    for ended, (_, expected) in zip(run_all(tmp_path, commands), MISTAKES, strict=True):
        ended.check_one_line(expected)
    assert [path for path in outputs.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("words", [["epochz=3"], ["-m", "seed=1,-1"]])
def test_a_mistake_in_a_process_of_its_own(tmp_path: Path, words: list[str]) -> None:
    with start(tmp_path / "outputs", *words, NOT_TRACKED) as program:
        assert program.wait() == 1
        (line,) = program.output.splitlines()
    assert line.startswith("error: ")


def test_no_overrides_end_in_a_traceback(tmp_path: Path) -> None:
    chance = random.Random(0)
    commands = [
        [
            f"{chance.choice(KEYS)}={chance.choice(VALUES)}"
            if chance.random() < 0.8
            else "".join(chance.choices("a=[]{},:'\"$\\ ~+@/.(0ηé\t", k=chance.randint(1, 8)))
            for _ in range(chance.randint(1, 2))
        ]
        for _ in range(30)
    ]
    ended = run_all(tmp_path, [["plan=true", *words] for words in [[], *commands]])
    assert {each.code for each in ended} == {0, 1}
    for each in ended:
        if each.code:
            each.check_one_line()
        else:
            assert "Nothing was trained" in each.stdout
            assert each.stderr == ""
