"""What a command says about runs that were left out."""

import warnings

import pytest

from experiments.cli.left_out import LEFT_OUT, said_what_is_left_out
from experiments.errors import UserError
from experiments.results import LeftOutWarning
from experiments.results.left_out import warn_of_left_out


def test_the_name_is_that_of_the_warning() -> None:
    assert LeftOutWarning.__name__ == LEFT_OUT


def test_the_runs_are_named_once_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    with said_what_is_left_out():
        for problem in ("a", "b", "a"):
            warn_of_left_out([problem])
        assert capsys.readouterr().err == ""
    assert capsys.readouterr().err == "Left out: a\nLeft out: b\n"


def test_an_error_says_it_in_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with said_what_is_left_out():
            warn_of_left_out(["a"])
            raise UserError("too few seeds")

    with pytest.raises(UserError, match=r"^Left out: a; too few seeds$"):
        fail()
    assert capsys.readouterr().err == ""


def test_an_error_alone_stays_as_it_is() -> None:
    error = UserError("too few seeds")
    with pytest.raises(UserError) as raised, said_what_is_left_out():
        raise error
    assert raised.value is error


def test_other_warnings_are_shown_as_ever() -> None:
    with pytest.warns(UserWarning, match=r"^other$"), said_what_is_left_out():
        warnings.warn("other", UserWarning, stacklevel=1)
