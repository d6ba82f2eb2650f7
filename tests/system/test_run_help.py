"""`run.py --help`: our own text, whose examples can be executed, and Hydra's completion."""

import os
import shlex
import subprocess
import sys

import pytest
from harness import PROJECT
from omegaconf import OmegaConf

from experiments.cli import check_run_command
from experiments.configuration import CONF, GROUPS, PARTS, compose


def printed(*words: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, PROJECT / "run.py", *words],
        cwd=PROJECT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def text() -> str:
    return printed("--help")


def test_the_help_has_five_examples_that_run_as_printed(text: str) -> None:
    examples = [line for line in text.splitlines() if line.startswith("    python run.py ")]
    assert len(examples) == 5
    for line in examples:
        check_run_command(shlex.split(line)[2:])


def test_the_help_lists_every_choice_of_every_group(text: str) -> None:
    shown = " ".join(text.partition("Groups and their choices")[2].split())
    for group in GROUPS:
        choices = sorted(path.stem for path in (CONF / group).glob("*.yaml"))
        chosen = [name for name in choices if name not in PARTS.get(group, ())]
        assert f" {group}: {', '.join(chosen)} " in shown


def test_the_help_lists_no_file_that_is_only_a_part_of_others(text: str) -> None:
    lines = text.splitlines()
    for group, parts in PARTS.items():
        (line,) = [each for each in lines if each.startswith(f"{group}: ")]
        assert not {*line.replace(",", "").split()} & {*parts}


def test_the_options_of_the_help_exist(text: str) -> None:
    _, _, options = text.partition("Main options")
    names = [line.split()[0].split("=")[0] for line in options.splitlines() if line[:2] == "  "]
    config, missing = compose(), object()
    assert len(names) == 16
    for name in names:
        assert OmegaConf.select(config, name, default=missing) is not missing, name


def test_the_help_fits_80_columns(text: str) -> None:
    assert max(map(len, text.splitlines())) <= 80


def test_the_texts_of_hydra_are_printed_on_request() -> None:
    assert "== Flags ==" in printed("--hydra-help")


def test_the_shell_completes_choices() -> None:
    line = "python run.py optimizer=ad"
    words = printed("-sc", "query=bash", COMP_LINE=line, COMP_POINT=str(len(line)))
    assert words.split() == ["optimizer=adam", "optimizer=adamw"]
