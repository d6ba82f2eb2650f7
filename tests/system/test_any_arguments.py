"""Every argument of `experiments` with values of all kinds: an answer, or one line of error.

The arguments come from the parser, so those of new commands are tried without a change here.
"""

import argparse
import json
import random
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import harness
import pytest
from any_overrides import CLASS
from harness import Program

from experiments.cli.main import COMMANDS

LIMIT = 10
"""Seconds after which a command hangs."""
FORKS = f"""
import json, os, signal, sys, traceback, warnings
warnings.simplefilter("ignore")
import experiments.comparison, experiments.mirror, experiments.report, experiments.results
from experiments.cli import main
for number, words in enumerate(json.load(open("commands.json"))):
    child = os.fork()
    if not child:
        for descriptor, name in ((1, "out"), (2, "err")):
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            os.dup2(os.open(f"{{number}}.{{name}}", flags), descriptor)
        signal.alarm({LIMIT})
        sys.argv = ["experiments", *words]
        try:
            main()
        except SystemExit as end:
            code = end.code or 0
        except BaseException:
            traceback.print_exc()
            code = 99
        else:
            code = 0
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""
"""Executes `experiments` with each of many lists of words, and imports only once.

It prints the exit codes. The output of command N goes to N.out and N.err.
"""
VALUES = (
    *("", " ", "nowhere", "nowhere/deep", "text", "bytes", "zero", "empty", "/dev/null", "-1", "0"),
    *(
        "1e400",
        "nan",
        "x" * 5000,
        "é ü\n\t",
        "$(id)",
        "[1",
        "a=b",
        "null",
        "loss",
        "99999999999999",
    ),
    *("sqlite:///other.db", "sqlite:///text", "sqlite:///nowhere.db", "sqlite:///empty"),
    *("sqlite:///", "sqlite:////dev/null", "http://127.0.0.1:9", "http://", "gopher://host"),
    *("file:///tmp", "mlruns", "postgresql://nobody@127.0.0.1:9/nothing"),
)
"""Values: missing, empty, of the wrong type, unreadable, foreign and hostile ones."""
REQUIRED = {"group": "loss", "folder": "exported", "id": "nothing"}
"""Values of the arguments that a command requires, while another argument is tried."""
HARMLESS = {
    "export": {"nowhere", "nowhere/deep", "empty", "-1", "0", "1e400", "nan", "é ü\n\t", "$(id)"}
    | {"[1", "a=b", "null", "loss", "99999999999999", "mlruns"},  # any new folder
    "sync": {"sqlite:///nowhere.db"},  # a new store
    "compare": {"loss", "0"},  # the group; no margin
    "repeat": {"0"},  # may be the beginning of the identity
}
"""Values that are no mistakes, by command."""


def tried() -> Iterator[list[str]]:
    """Yield command lines: for each argument that takes a value, one with each of the values."""
    commands = argparse.ArgumentParser().add_subparsers()
    for module in COMMANDS:
        module.add_parser(commands)
    for name, command in commands.choices.items():
        takers = [action for action in command._actions if action.nargs != 0]
        for tried in takers:
            others = {other.dest: other for other in takers if other is not tried}
            words = [name, *(["--outputs=outputs"] if "outputs" in others else [])]
            words += [REQUIRED[dest] for dest, other in others.items() if _is_required(other)]
            if name == "ui":
                words += [
                    "--no-browser",
                    *(["--uri=sqlite:///absent.db"] if "uri" in others else []),
                ]
            for value in VALUES:
                if tried.option_strings:
                    yield [*words, f"{tried.option_strings[-1]}={value}"]
                else:
                    yield [*words, "--", value]


def _is_required(action: argparse.Action) -> bool:
    return not action.option_strings and action.nargs != "?"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tracked runs, and files that are not what the values say."""
    folder = tmp_path_factory.mktemp("arguments")
    harness.run(folder / "outputs", "-m", "loss=mse,ce", *harness.SMALL)
    (folder / "text").write_text("hello\n", encoding="utf-8")
    (folder / "bytes").write_bytes(bytes(range(256)))
    (folder / "zero").touch()
    (folder / "empty").mkdir()
    with closing(sqlite3.connect(folder / "other.db")) as database:
        database.execute("CREATE TABLE customers (name TEXT)")
        database.commit()
    return folder


def check(folder: Path, commands: Sequence[Sequence[str]]) -> None:
    """Execute commands in the folder, and check the answer of each."""
    (folder / "commands.json").write_text(json.dumps(commands), encoding="utf-8")
    with Program([sys.executable, "-c", FORKS], folder / "codes", cwd=folder) as program:
        assert program.wait() == 0, program.output
        codes = [int(line) for line in program.output.splitlines()]
    for number, (words, code) in enumerate(zip(commands, codes, strict=True)):
        printed = (folder / f"{number}.out").read_text(encoding="utf-8")
        error = (folder / f"{number}.err").read_text(encoding="utf-8")
        answer = (words, code, printed, error)
        assert code in (0, 1, 2), answer
        assert not CLASS.search(error), answer
        if code:
            assert error.count("\n") == 1, answer
            assert error.startswith("error: "), answer
        else:
            value = words[-1].partition("=")[2] if words[-1].startswith("--") else words[-1]
            assert value in HARMLESS.get(words[0], set()), answer


def test_some_arguments_give_an_answer_or_an_error_of_one_line(folder: Path) -> None:
    check(folder, random.Random(0).sample(list(tried()), 20))


@pytest.mark.stress
def test_all_arguments_give_an_answer_or_an_error_of_one_line(folder: Path) -> None:
    check(folder, list(tried()))
