"""Writing command lines: what is written means the same when the shell and Hydra read it."""

import math
import os
import shlex
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import example, given
from hypothesis import strategies as st
from omegaconf import OmegaConf
from properties import trials

from experiments.configuration import (
    PROJECT,
    compose,
    experiments_command,
    install_command,
    override,
    run_command,
)
from experiments.configuration.command_line import Value
from experiments.errors import ConfigError

PARSER = OverridesParser.create()
SPECIAL = "\\${}[]()'\"=,:#~ \t\n?é"
text = st.one_of(
    st.text(max_size=8),
    st.text(st.sampled_from([*SPECIAL, "a", "1"]), max_size=8),
    st.sampled_from(["null", "true", "False", "1", "1e5", "nan", "-inf", "0x1", "784-30-10"]),
).filter(lambda value: value != "???" and "\0" not in value)
values: st.SearchStrategy[Value] = st.recursive(
    text | st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
many = trials(300)


def read(command: str) -> Value:
    """Return the value of the last word of a shell command, which is an override."""
    parsed = PARSER.parse_override(shlex.split(command)[-1]).value()
    config = OmegaConf.create({})
    OmegaConf.update(config, "key", parsed)
    value = config["key"]
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


def equal(a: Value, b: Value) -> bool:
    """Return whether two values are equal and have the same type."""
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(equal, a, b))
    return type(a) is type(b) and a == b


@many
@given(values)
@example("it's")
@example("ends with \\")
@example('"quoted"')
@example("")
@example("${epochs}")
@example("\\${epochs}")
@example(["a,b", ["c]", None]])
def test_a_value_comes_back_from_the_command_line_unchanged(value: Value) -> None:
    assert equal(read(run_command([override("key", value)])), value)


@pytest.mark.parametrize("value", ["w 1", "w#1", "w=1", "a,b", "it's", "${epochs}", "dir\\"])
def test_a_folder_with_any_name_can_be_the_folder_of_the_records(value: str) -> None:
    assert compose([override("outputs", value)]).outputs == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("adam", "key=adam"),
        ("784-30-10", "key=784-30-10"),
        ("/a/b.c_d", "key=/a/b.c_d"),
        ("sqlite:////a/b.db", "key=sqlite:////a/b.db"),
        ([784, 30, 10], "key=[784,30,10]"),
        (5.0, "key=5.0"),
        (True, "key=true"),
        (None, "key=null"),
        ("a b", 'key="a b"'),
        ("true", 'key="true"'),
        ("10", 'key="10"'),
    ],
)
def test_quotes_are_written_only_where_hydra_needs_them(value: Value, written: str) -> None:
    assert override("key", value) == written


def test_not_a_number_comes_back() -> None:
    value = read(override("key", math.nan))
    assert isinstance(value, float)
    assert math.isnan(value)


def test_several_values_make_a_sweep() -> None:
    parsed = PARSER.parse_override(override("key", "a b", 1, None))
    assert parsed.is_sweep_override()
    assert list(parsed.sweep_string_iterator()) == ['"a b"', "1", "null"]


@pytest.mark.parametrize("value", ["???", "a\0b", "\udcff", ["a", "???"]])
def test_a_text_that_no_command_line_can_contain_is_refused(value: Value) -> None:
    with pytest.raises(ConfigError, match="cannot be written on the command line"):
        override("key", value)


@many
@given(st.lists(text))
def test_run_command_quotes_each_override_for_the_shell(overrides: list[str]) -> None:
    assert shlex.split(run_command(overrides)) == ["python", "run.py", "-m", *overrides]


def test_run_command_without_a_sweep() -> None:
    assert run_command(["epochs=2"], multirun=False) == "python run.py epochs=2"


PROGRAMS = Path(sys.executable).parent
"""The folder of the programs of this environment."""


def test_in_an_activated_environment_the_name_of_a_program_is_enough(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", f"{PROGRAMS}{os.pathsep}/bin")
    assert experiments_command("sync", "a b") == "experiments sync 'a b'"


@pytest.mark.parametrize("path", ["/bin", f"/bin{os.pathsep}{PROGRAMS}", ""])
def test_otherwise_a_program_has_its_path_which_is_relative_below_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str
) -> None:
    monkeypatch.setenv("PATH", path)
    above = PROGRAMS.parents[1]
    monkeypatch.chdir(above)
    program = PROGRAMS.relative_to(above) / "experiments"
    assert experiments_command("sync", "a b") == f"{program} sync 'a b'"
    monkeypatch.chdir(tmp_path)
    assert shlex.split(experiments_command("ui")) == [str(PROGRAMS / "experiments"), "ui"]


def test_the_command_that_is_printed_runs_in_another_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = tmp_path / "a folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    python, run = shlex.split(run_command([], multirun=False))
    assert Path(python).parent == PROGRAMS
    assert Path(run) == PROJECT / "run.py"


def test_a_text_that_is_read_elsewhere_has_no_path_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.chdir(tmp_path)
    assert run_command(["a=1"], elsewhere=True) == "python run.py -m a=1"


def test_an_extra_is_installed_from_the_folder_of_the_project(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(PROJECT)
    assert install_command("fast") == "pip install -c constraints.txt -e '.[fast]'"
    monkeypatch.chdir(tmp_path)
    assert shlex.split(install_command("fast"))[-1] == f"{PROJECT}[fast]"


@pytest.mark.parametrize(("running", "in_notebook"), [(None, False), (object(), True)])
def test_a_notebook_prints_commands_for_everybody(
    monkeypatch: pytest.MonkeyPatch, running: object, in_notebook: bool
) -> None:
    """IPython may be imported without a notebook, as by a test."""
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("PATH", os.defpath)
    module = SimpleNamespace(get_ipython=lambda: running)
    monkeypatch.setitem(sys.modules, "IPython", module)  # type: ignore[arg-type]
    assert (run_command(["a=1"]) == "python run.py -m a=1") == in_notebook
