"""The server of `experiments ui`: its port, and its last words. The browser has system tests."""

import socket

import pytest

from experiments.errors import UserError
from experiments.mirror.ui import HOST, check_free, last_line


def test_a_port_that_another_program_uses_is_refused() -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UserError, match=rf"^port {port}: .*; choose another with --port$"):
            check_free(port)


def test_a_free_port_is_accepted() -> None:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    check_free(port)


@pytest.mark.parametrize("port", [-1, 0, 65536, 10**10])
def test_a_number_that_is_no_port_is_refused(port: int) -> None:
    with pytest.raises(UserError, match=f"^port {port}: "):
        check_free(port)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (b"starting\nError: no such store\n\n  \n", "Error: no such store"),
        (b"one line", "one line"),
        (b"\xff broken", "\ufffd broken"),
        (b"", "no message"),
        (b"\n\n", "no message"),
    ],
)
def test_the_last_line_of_a_server_says_why_it_did_not_start(output: bytes, expected: str) -> None:
    assert last_line(output) == expected
