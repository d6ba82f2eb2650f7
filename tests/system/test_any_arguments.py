"""Every argument of `experiments` with values of all kinds: an answer, or one line of error.

The arguments come from the parser, so those of new commands are tried without a change here. The
values are those of a list, and drawn ones.
"""

import argparse
import os
import random
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import harness
import pytest
from forked import EXPERIMENTS, Ended, Forks
from hypothesis import given
from hypothesis import strategies as st
from properties import trials

from experiments.cli.main import COMMANDS

pytestmark = pytest.mark.stress
SILENT = "http://silent"
"""Stands for the address of a server that accepts connections and never answers."""
IMPATIENT = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "1"}
"""A variable that shortens the wait for it."""
DELETED = "sqlite:///deleted.db"
"""A store whose experiment was deleted."""
DAMAGED = ("garbage", "garbage/runs/11", "pipes", "pipes/runs/11", "sweep", "sweep/sweeps/55")
"""Folders with a journal or a sweep's record that is damaged, or a FIFO."""
VALUES = (
    *(
        "",
        " ",
        "nowhere",
        "nowhere/deep",
        "text",
        "bytes",
        "zero",
        "empty",
        "/dev/null",
        "-1",
        "+0",
    ),
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
    *("-9", "~/x", "text/x", "fifo", "sqlite:///fifo", *DAMAGED, DELETED, SILENT),
)
"""Values: missing, empty, of the wrong type, unreadable, foreign, damaged and hostile ones."""
REQUIRED = {
    "groups": "loss",
    "folder": "exported",
    "id": "nothing",
    "overrides": "architecture.sizes=[784,4,10]",  # a small network to verify
    "words": "nielsen/saturated_neuron",  # it trains nothing
}
"""Values of the arguments that a command requires, while another argument is tried."""
NEW_FOLDERS = {
    *("nowhere", "nowhere/deep", "empty", "-1", "+0", "1e400", "nan", "é ü\n\t", "$(id)"),
    *("[1", "a=b", "null", "loss", "99999999999999", "mlruns", "-9", "~/x"),
}
"""Values that are the name of a folder to write to."""
HARMLESS = {
    "export": NEW_FOLDERS,
    "replicate": {*NEW_FOLDERS, *DAMAGED},
    "status": {"garbage", "pipes"},  # the runs are shown as damaged
    "sync": {"sqlite:///nowhere.db"},  # a new store
    "compare": {"loss", "+0"},  # the group; no margin
    "verify": {"empty", *DAMAGED, *NEW_FOLDERS},  # folders of --config-dir without a group
}
"""Values that are no mistakes, by command."""


def takers() -> Iterator[tuple[list[str], argparse.Action]]:
    """Yield each argument that takes a value, after the words that its command needs."""
    commands = argparse.ArgumentParser().add_subparsers()
    for module in COMMANDS:
        module.add_parser(commands)
    for name, command in commands.choices.items():
        actions = [action for action in command._actions if action.nargs != 0]
        for taker in actions:
            others = {other.dest: other for other in actions if other is not taker}
            words = [name, *(["--outputs=outputs"] if "outputs" in others else [])]
            words += [REQUIRED[dest] for dest, other in others.items() if _is_required(other)]
            if name == "ui":
                words += ["--no-browser", *(["--uri=sqlite:///absent.db"] * ("uri" in others))]
            if name == "server":  # this machine does not have the address; the folder is a file
                words = [name, "--outputs=text" if taker.dest == "host" else "--host=192.0.2.1"]
            yield words, taker


def given_value(words: Sequence[str], taker: argparse.Action, value: str) -> list[str]:
    """Return a command line that gives the argument a value."""
    if taker.option_strings:
        return [*words, f"{taker.option_strings[-1]}={value}"]
    return [*words, "--", value]


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
    os.mkfifo(folder / "fifo")
    write_damaged(folder)
    shutil.copy(folder / "outputs" / "mlflow.db", folder / "deleted.db")
    with closing(sqlite3.connect(folder / "deleted.db")) as database:
        for table in ("experiments", "runs"):
            database.execute(f"UPDATE {table} SET lifecycle_stage = 'deleted'")
        database.commit()
    return folder


def write_damaged(folder: Path) -> None:
    """Write the folders of `DAMAGED`."""
    for name in DAMAGED[1::2]:
        (folder / name).mkdir(parents=True)
    (folder / "garbage" / "runs" / "11" / "journal.jsonl").write_bytes(b"garbage\n")
    os.mkfifo(folder / "pipes" / "runs" / "11" / "journal.jsonl")
    (folder / "sweep" / "sweeps" / "55" / "sweep.json").write_bytes(b"garbage\n")


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """The address of a server that accepts connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


class ForksWithServer(Forks):
    """Executes `experiments` with the address of a server in the place of `SILENT`."""

    silent: str

    def execute(self, words: Sequence[str]) -> Ended:
        """Execute the program with these words."""
        return super().execute([word.replace(SILENT, self.silent) for word in words])


@contextmanager
def forks_in(own: Path, folder: Path, silent: str) -> Iterator[Forks]:
    """Yield a process that executes `experiments` in a copy of the folder, which is its home, too.

    Commands create files, so no test may see those of another one.
    """
    subprocess.run(["cp", "--archive", folder, own], check=True)  # FIFOs are copied as FIFOs
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(own))
        with ForksWithServer(EXPERIMENTS, own, **IMPATIENT) as forks:
            forks.silent = silent
            yield forks


@pytest.fixture
def forks(folder: Path, silent: str, tmp_path: Path) -> Iterator[Forks]:
    with forks_in(tmp_path / "arguments", folder, silent) as forks:
        yield forks


@pytest.fixture(scope="module")
def forks_of_drawn(
    folder: Path, silent: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Forks]:
    """As `forks`, for all values of a test that draws them."""
    with forks_in(tmp_path_factory.mktemp("drawn") / "arguments", folder, silent) as forks:
        yield forks


def check(forks: Forks, words: Sequence[str], value: str) -> None:
    """Execute a command, and check its answer: only a harmless value is accepted."""
    if words[0] == "ui" and value == DELETED:
        return  # it is served until Ctrl-C
    ended = forks.execute(words)
    if words[0] == "doctor" and ended.stdout:  # it answers with the problem, too
        assert (ended.code in (0, 1), ended.stderr) == (True, ""), ended
    elif ended.code == 0:
        assert is_harmless(words[0], value), ended
    else:
        ended.check_one_line()


def is_harmless(command: str, value: str) -> bool:
    """Return whether a value is no mistake: any text is the name of a new folder for some."""
    if value in HARMLESS.get(command, set()):
        return True
    is_folder = value.strip() and "://" not in value
    return command in ("export", "replicate") and value not in VALUES and bool(is_folder)


TAKERS = list(takers())
ALL = [(words, taker, value) for words, taker in TAKERS for value in VALUES]
drawn = st.tuples(
    st.sampled_from(TAKERS),
    st.sampled_from(VALUES)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0/"), max_size=8)
    | st.integers().map(str)
    | st.floats().map(str),
)
"""An argument and a value: one of the list, a text, or a number. A text is no path elsewhere."""


def test_some_arguments_give_an_answer_or_an_error_of_one_line(forks: Forks) -> None:
    for words, taker, value in random.Random(0).sample(ALL, 10):
        check(forks, given_value(words, taker, value), value)


def test_damaged_folders_give_an_answer_or_an_error_of_one_line(forks: Forks) -> None:
    for command in (["status"], ["compare", "loss"], ["export", "new", "--all"], ["sync"]):
        for value in DAMAGED[::2]:
            check(forks, [*command, f"--outputs={value}"], value)
    for value in DAMAGED[1::2]:
        check(forks, ["sync", value], value)
        check(forks, ["repeat", value], value)


@pytest.mark.parametrize("command", sorted({words[0] for words, _ in TAKERS}))
def test_all_arguments_give_an_answer_or_an_error_of_one_line(forks: Forks, command: str) -> None:
    for words, taker, value in ALL:
        if words[0] == command:
            check(forks, given_value(words, taker, value), value)


@trials(50)
@given(drawn)
def test_values_give_an_answer_or_an_error_of_one_line(
    forks_of_drawn: Forks, drawn: tuple[tuple[list[str], argparse.Action], str]
) -> None:
    (words, taker), value = drawn
    check(forks_of_drawn, given_value(words, taker, value), value)
