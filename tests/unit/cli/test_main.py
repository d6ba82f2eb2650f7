"""The program `experiments`: reading the command line and executing the command."""

import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import records

from experiments.cli import main
from experiments.cli.main import COMMANDS, EXAMPLES, parser
from experiments.configuration import PROJECT
from experiments.interruption import SIGNALS
from experiments.recording import Status

Execute = Callable[..., None]


@pytest.fixture
def execute(monkeypatch: pytest.MonkeyPatch) -> Execute:
    """Return a function that executes the program with some words on its command line."""

    def with_words(*words: str) -> None:
        monkeypatch.setattr(sys, "argv", ["experiments", *words])
        main()

    return with_words


def test_help_lists_every_command(execute: Execute, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        execute("--help")
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    for command in COMMANDS:
        name = command.__name__.rpartition(".")[2]
        assert re.search(rf"\n    {name}\s", printed)  # argparse breaks the line after a long name
    execute()
    assert capsys.readouterr().out == printed, "without a command, it is the same"


def test_the_examples_are_commands_that_can_be_executed() -> None:
    lines = [line for line in EXAMPLES.splitlines() if line.startswith("  ")]
    assert len(lines) == 5
    for line in lines:
        _, *words = line.split("   ")[0].split()
        assert callable(parser().parse_args(words).run)


@pytest.mark.parametrize(
    "words",
    [
        ["--seeds", "3", "huang", "l2=1"],
        ["huang", "--seeds", "3", "l2=1"],
        ["huang", "l2=1", "--seeds", "3"],
    ],
)
def test_options_stand_before_between_or_after_other_words(words: list[str]) -> None:
    found = parser().parse_args(["replicate", *words])
    assert (found.words, found.seeds) == (["huang", "l2=1"], 3)


@pytest.mark.parametrize(
    "words",
    [["no_such_command"], ["ui", "--port", "x"], ["compare"], ["export"], ["repeat"]],
)
def test_a_wrong_command_line_is_one_line_that_names_the_help(
    execute: Execute, capsys: pytest.CaptureFixture[str], words: Sequence[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute(*words)
    assert ended.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert line.endswith(" --help")


def test_a_command_is_executed(
    execute: Execute, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    records.write_run(tmp_path, "1" * 16, records.end(Status.DIVERGED))
    execute("status", "--outputs", str(tmp_path))
    assert "1 diverged" in capsys.readouterr().out


def test_a_mistake_of_the_user_is_one_line_and_exit_code_1(
    execute: Execute, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        execute("status", "--outputs", str(tmp_path))
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(f"error: {tmp_path}: no runs are recorded there")


def test_signals_are_handled_while_a_command_is_executed(
    execute: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    def terminated(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("experiments.cli.status.show_status", terminated)
    with pytest.raises(SystemExit) as ended:
        execute("status", "--outputs", "anywhere")
    assert ended.value.code == 128 + signal.SIGTERM
    assert all(callable(signal.getsignal(each)) or each for each in SIGNALS)


def test_modules_beside_run_py_can_be_imported(
    execute: Execute, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [each for each in sys.path if each != str(PROJECT)])
    found: list[list[str]] = []
    monkeypatch.setattr("experiments.cli.status.show_status", lambda *_: found.append([*sys.path]))
    execute("status", "--outputs", "anywhere")
    assert found[0].count(str(PROJECT)) == 1


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["status"], {"sweep": None, "outputs": None}),
        (["status", "abc", "--outputs", "x"], {"sweep": "abc", "outputs": Path("x")}),
        (["sync"], {"folder": None, "uri": None}),
        (["sync", "x", "--uri", "http://h"], {"folder": Path("x"), "uri": "http://h"}),
        (["repeat", "abc"], {"id": "abc"}),
        (["compare", "loss"], {"groups": ["loss"], "metric": None, "margin": None}),
        (["compare", "loss", "optimizer"], {"groups": ["loss", "optimizer"]}),
        (["compare", "loss", "--margin", "2", "--all"], {"margin": 0.02, "all": True}),
        (["compare", "loss", "--format", "csv"], {"format": "csv", "all": False, "sweep": None}),
        (["report", "--sweep", "abc"], {"sweep": "abc", "all": False}),
        (["export", "x"], {"folder": Path("x"), "network": None}),
        (["export", "x", "--network", "a", "--network", "b"], {"network": ["a", "b"]}),
        (["replicate"], {"words": [], "quick": False, "seeds": None}),
        (["replicate", "huang", "epochs=3", "--seeds", "2"], {"words": ["huang", "epochs=3"]}),
        (["ui"], {"port": 5000, "no_browser": False, "uri": None}),
        (["ui", "--port", "1", "--no-browser"], {"port": 1, "no_browser": True}),
        (["server"], {"host": "127.0.0.1", "port": 5000, "upgrade": False, "outputs": None}),
        (["server", "--host", "::", "--upgrade"], {"host": "::", "upgrade": True}),
        (["verify"], {"overrides": [], "config_dir": None, "worked_example": False}),
        (["verify", "loss=ce", "--config-dir", "x"], {"overrides": ["loss=ce"]}),
        (["doctor"], {"outputs": None, "uri": None}),
        (["doctor", "--outputs", "x", "--uri", "http://h"], {"outputs": Path("x")}),
    ],
)
def test_the_arguments_of_each_command(words: list[str], expected: dict[str, object]) -> None:
    arguments = vars(parser().parse_args(words))
    assert {name: arguments[name] for name in expected} == expected


@pytest.mark.parametrize("command", [each.__name__.rpartition(".")[2] for each in COMMANDS])
def test_the_help_of_a_command_has_sentences_and_examples_that_can_be_executed(
    execute: Execute, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    with pytest.raises(SystemExit):
        execute(command, "--help")
    text, _, examples = capsys.readouterr().out.partition("\nexamples:\n")
    assert re.search(r"\n\n[A-Z](.+\n)+", text.partition("\noptions:")[0]), "sentences"
    lines = [line.strip() for line in examples.splitlines() if line.startswith("    ")]
    assert len(lines) in (2, 3)
    for line in lines:
        program, *words = shlex.split(line)
        assert shutil.which(program)
        assert callable(parser().parse_args(words).run)
