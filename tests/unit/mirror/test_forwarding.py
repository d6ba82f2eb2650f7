"""A server at one address of this machine answers at another one, too."""

import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from experiments.mirror.forwarding import family_of, forwarded

HERE, THERE = "127.0.0.1", "127.0.0.2"
"""Two addresses of this machine, which each has."""


class _Shout(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        for line in self.rfile:
            self.wfile.write(line.upper())


@pytest.fixture
def port() -> Iterator[int]:
    """Return the port of a server at `HERE` that answers each line in capitals."""
    with socketserver.ThreadingTCPServer((HERE, 0), _Shout) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def ask(host: str, port: int, words: bytes) -> bytes:
    with socket.create_connection((host, port)) as connection:
        connection.sendall(words)
        connection.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_both_addresses_give_the_answers_of_the_server(port: int) -> None:
    large = b"x" * 300_000 + b"\n"
    with forwarded(THERE, port, HERE):
        assert ask(THERE, port, b"one\ntwo\n") == b"ONE\nTWO\n"
        assert ask(THERE, port, large) == large.upper()
        assert ask(HERE, port, b"one\n") == b"ONE\n"
    with pytest.raises(ConnectionRefusedError):
        ask(THERE, port, b"one\n")


def test_a_server_that_has_ended_ends_the_connection() -> None:
    with socket.socket() as probe:
        probe.bind((HERE, 0))
        port = int(probe.getsockname()[1])
    with forwarded(THERE, port, HERE):
        assert ask(THERE, port, b"") == b""


def test_an_address_in_use_is_an_error(port: int) -> None:
    with pytest.raises(OSError, match="in use"), forwarded(HERE, port, THERE):
        pass


@pytest.mark.parametrize(("host", "family"), [("::1", socket.AF_INET6), (HERE, socket.AF_INET)])
def test_an_address_has_a_family(host: str, family: int) -> None:
    assert family_of(host) == family
