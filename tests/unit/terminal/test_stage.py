"""Progress on the terminal."""

import io
import threading

import pytest

from experiments.terminal import stage


class Screen(io.StringIO):
    """A terminal or a file, which says when something is written."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.written = threading.Event()

    def isatty(self) -> bool:
        return self.is_terminal

    def write(self, text: str) -> int:
        length = super().write(text)
        self.written.set()
        return length


def test_a_long_stage_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen(is_terminal=True)
    monkeypatch.setattr("sys.stderr", screen)
    with stage("Working", after=0.0):
        assert screen.written.wait(timeout=60)
    assert screen.getvalue() == "Working ...\n"


@pytest.mark.parametrize(("is_terminal", "after"), [(False, 0.0), (True, 1e6)])
def test_a_short_stage_and_a_pipe_are_quiet(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, after: float
) -> None:
    screen = Screen(is_terminal=is_terminal)
    monkeypatch.setattr("sys.stderr", screen)
    with stage("Working", after=after):
        pass
    assert screen.getvalue() == ""
