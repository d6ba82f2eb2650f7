"""The time limit of an answer, on a pair of sockets."""

import io
import itertools
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from urllib3.exceptions import MaxRetryError, ProtocolError, ReadTimeoutError

from experiments.mirror.time_limit import ENOUGH, QUICK, RetryUnlessLate, TimedReader

LIMIT = 0.3
"""Seconds."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The ends of a connection; the first has the time limit."""
    reading, writing = socket.socketpair()
    reading.settimeout(LIMIT)
    with reading, writing:
        yield reading, writing


def timed(sock: socket.socket) -> io.BufferedReader:
    stream = sock.makefile("rb", buffering=0)
    return io.BufferedReader(TimedReader(stream, sock))  # type: ignore[arg-type]


def send_slowly(sock: socket.socket, parts: Iterator[bytes], gone: threading.Event) -> None:
    for part in parts:
        if gone.wait(LIMIT / 3):
            return
        sock.sendall(part)
    sock.shutdown(socket.SHUT_WR)


def test_what_is_sent_is_read(ends: tuple[socket.socket, socket.socket]) -> None:
    reading, writing = ends
    writing.sendall(b"one\ntwo")
    writing.shutdown(socket.SHUT_WR)
    with timed(reading) as reader:
        assert reader.readline() == b"one\n"
        assert reader.read() == b"two"


@pytest.mark.parametrize("parts", [[], itertools.repeat(b"x")])
def test_silence_and_single_bytes_end_at_the_limit(
    ends: tuple[socket.socket, socket.socket], parts: Iterator[bytes]
) -> None:
    reading, writing = ends
    gone = threading.Event()
    sender = threading.Thread(target=send_slowly, args=(writing, iter(parts), gone))
    if parts:
        sender.start()
    begin = time.monotonic()
    with timed(reading) as reader, pytest.raises(TimeoutError):
        reader.read()
    assert time.monotonic() - begin >= LIMIT
    gone.set()
    if parts:
        sender.join()


@pytest.mark.skipif(QUICK is None, reason="only Linux has this option")
def test_what_has_arrived_is_acknowledged_at_once() -> None:
    """The other end sends its second part when the first one is acknowledged: 40 ms later else."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reading = socket.create_connection(listener.getsockname())
        writing, _ = listener.accept()
    times = []
    with reading, writing, timed(reading) as reader:
        reading.settimeout(10)
        for _ in range(30):  # the kernel begins with quick acknowledgements
            reading.sendall(b"ask\n")
            writing.recv(100)
            begin = time.monotonic()
            writing.sendall(b"head\n")
            writing.sendall(b"body\n")
            assert (reader.readline(), reader.readline()) == (b"head\n", b"body\n")
            times.append(time.monotonic() - begin)
    assert sorted(times)[len(times) // 2] < 0.03


def test_an_answer_may_take_longer_than_the_limit(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    reading, writing = ends
    parts = [b"x" * ENOUGH] * 6
    sender = threading.Thread(target=send_slowly, args=(writing, iter(parts), threading.Event()))
    begin = time.monotonic()
    sender.start()
    with timed(reading) as reader:
        assert reader.read() == b"".join(parts)
    assert time.monotonic() - begin > LIMIT
    sender.join()


def test_only_a_broken_connection_is_tried_again() -> None:
    retry = RetryUnlessLate(total=1, read=1, allowed_methods=None)
    late = ReadTimeoutError(None, "/", "Read timed out.")  # type: ignore[arg-type]
    with pytest.raises(MaxRetryError):
        retry.increment("POST", "/", error=late)
    assert retry.increment("POST", "/", error=ProtocolError("reset")).total == 0


@pytest.mark.parametrize("path", ["runs/create", "experiments/create", "logged-models"])
def test_a_request_that_creates_something_is_sent_once(path: str) -> None:
    """The server may have done it before the connection broke: a second one would double it."""
    retry = RetryUnlessLate(total=1, read=1, allowed_methods=None)
    broken = ProtocolError("reset")
    with pytest.raises(MaxRetryError):
        retry.increment("POST", f"/api/2.0/mlflow/{path}", error=broken)
    assert retry.increment("GET", f"/api/2.0/mlflow/{path}", error=broken).total == 0
    assert retry.increment("POST", "/api/2.0/mlflow/runs/search", error=broken).total == 0
