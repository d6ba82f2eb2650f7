"""Answer at a second address of this machine: pass each connection on to a server at the first."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK = 65536
"""Bytes that are passed on at once, at most."""


def family_of(host: str) -> socket.AddressFamily:
    """Return the family of a numeric address."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


@contextmanager
def forwarded(host: str, port: int, to: str) -> Iterator[None]:
    """Listen at ``host``, and pass all connections on to the same port of ``to``.

    Raise OSError if nothing can listen there.
    """
    with _Forwarder(host, port, to) as forwarder:
        thread = threading.Thread(target=forwarder.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            forwarder.shutdown()
            thread.join()


class _Forwarder(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True  # a browser keeps connections open
    block_on_close = False

    def __init__(self, host: str, port: int, to: str) -> None:
        self.address_family = family_of(host)
        self.destination = (to, port)
        super().__init__((host, port), _Connection)


class _Connection(socketserver.BaseRequestHandler):
    server: _Forwarder

    def handle(self) -> None:
        """Copy what each side sends to the other, until both have ended."""
        with suppress(OSError), socket.create_connection(self.server.destination) as there:
            answers = threading.Thread(target=_copy, args=(there, self.request), daemon=True)
            answers.start()
            _copy(self.request, there)
            answers.join()


def _copy(source: socket.socket, destination: socket.socket) -> None:
    with suppress(OSError):  # either side may end at any time
        while data := source.recv(CHUNK):
            destination.sendall(data)
    with suppress(OSError):
        destination.shutdown(socket.SHUT_WR)
