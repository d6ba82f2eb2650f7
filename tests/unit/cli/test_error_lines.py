"""Errors that the user can correct become one line; bugs keep their traceback."""

import signal
from collections.abc import Callable

import pytest
from hydra.core.plugins import Plugins
from hydra.errors import HydraException
from omegaconf import OmegaConf

from experiments.cli import error_lines, one_line_errors
from experiments.configuration import compose
from experiments.errors import ConfigError, DataError, UserError
from experiments.interruption import Interrupted

EndedBy = Callable[[BaseException], tuple[int, str]]


@pytest.fixture
def ended_by(capsys: pytest.CaptureFixture[str]) -> EndedBy:
    """Return a function from an error to the exit code and to what is printed to stderr."""

    def code_and_text(error: BaseException) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended, one_line_errors():
            raise error
        assert isinstance(ended.value.code, int)
        return ended.value.code, capsys.readouterr().err

    return code_and_text


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("no such run"), "error: no such run\n"),
        (UserError(f"run {'it ' * 200}again"), f"error: run {'it ' * 200}again\n"),
        (ConfigError("epochs\nis wrong"), "error: epochs is wrong\n"),
        (DataError("a file"), "error: a file\n"),
        (HydraException("no such group"), "error: no such group\n"),
        (FileNotFoundError(2, "No such file", "/a"), "error: /a: No such file\n"),
        (MemoryError(), "error: there is not enough memory\n"),
        (MemoryError("of 1 TB"), "error: there is not enough memory: of 1 TB\n"),
    ],
)
def test_an_error_of_the_user_is_one_line(ended_by: EndedBy, error: Exception, line: str) -> None:
    assert ended_by(error) == (1, line)


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_an_interruption_has_the_exit_code_of_its_signal(
    ended_by: EndedBy, signum: signal.Signals
) -> None:
    assert ended_by(Interrupted(signum)) == (128 + signum, "")


def test_ctrl_c_has_the_exit_code_of_sigint(ended_by: EndedBy) -> None:
    assert ended_by(KeyboardInterrupt()) == (130, "")


@pytest.mark.parametrize("error", [ValueError("a bug"), TypeError("a bug"), KeyError("a bug")])
def test_a_bug_is_raised(error: Exception) -> None:
    with pytest.raises(type(error)), one_line_errors():
        raise error


def test_all_errors_are_raised_if_the_user_wants_tracebacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(error_lines, "FULL_ERRORS", True)
    with pytest.raises(UserError), one_line_errors():
        raise UserError("no such run")


def test_an_error_of_omegaconf_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), one_line_errors():
        OmegaConf.create({"a": "${b}"})["a"]
    assert capsys.readouterr().err == "error: a: its value is that of b, which does not exist\n"


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: Plugins.instance().instantiate_launcher(  # a RuntimeError
            None, print, OmegaConf.create({"hydra": {"launcher": None}})
        ),
        lambda: OmegaConf.create({"a": 1})._set_flag(["b"], [True, False]),  # an AssertionError
    ],
)
def test_other_errors_of_hydra_and_omegaconf_are_one_line(
    mistake: Callable[[], object], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit), one_line_errors():
        mistake()
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("path", ["file:///nowhere/at/all", "pkg://nowhere"])
def test_a_missing_folder_of_configuration_files_is_an_error(
    path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit), one_line_errors():
        compose([f"hydra.searchpath=[{path}]"])
    missing = path.partition("://")[2]
    assert capsys.readouterr().err == f"error: hydra.searchpath: there is no folder {missing}\n"
