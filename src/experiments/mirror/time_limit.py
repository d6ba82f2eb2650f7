"""A time limit for each answer of an MLflow server.

MLflow's own limit, MLFLOW_HTTP_REQUEST_TIMEOUT, is one of each read from the socket. A server that
sends one byte a second never exceeds it. Here the limit is one of the whole head of an answer, and
of every `ENOUGH` bytes of its body. So a long answer over a slow line is read to its end.

MLflow would also repeat a request that was not answered in time. Here it is repeated only if the
user has set MLFLOW_HTTP_REQUEST_MAX_RETRIES. A connection that breaks is tried again, except for a
request that creates something: the server may have created it, and a second one would be a
duplicate. The mirror looks it up instead.

A server with several processes sends the head and the body of an answer apart, and the body only
after this machine has acknowledged the head, which it would do 40 ms later: uvicorn's processes
share a socket without TCP_NODELAY. Here it is acknowledged at once.
"""

import http.client
import io
import os
import socket
import time
from typing import Any

from mlflow.utils import request_utils
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import TimeoutError as AnyTimeout

from experiments.mirror.settings import MLFLOW_SETTINGS

ENOUGH = 10_000
"""Bytes that the next part of a body must have, unless it is the last one."""
QUICK: int | None = getattr(socket, "TCP_QUICKACK", None)
"""The option of a socket to acknowledge at once, which only Linux has."""
INTERNET = (socket.AF_INET, socket.AF_INET6)
TIMEOUT_VARIABLE = "MLFLOW_HTTP_REQUEST_TIMEOUT"
RETRIES_VARIABLE = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
CREATING = ("/create", "/logged-models")
"""The ends of the addresses where a POST creates something."""


class TimedReader(io.RawIOBase):
    """Reads from a socket. Raise TimeoutError if the next `ENOUGH` bytes take too long.

    The limit is the timeout that the socket has at the beginning.
    """

    def __init__(self, stream: io.RawIOBase, sock: socket.socket) -> None:
        self._stream = stream
        self._socket = sock
        self._limit = sock.gettimeout()
        self._begin()

    def _begin(self) -> None:
        self._received = 0
        self._deadline = time.monotonic() + (self._limit or 0)

    def readable(self) -> bool:
        """Return true."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has arrived, or wait for it until the limit."""
        if QUICK is not None and self._socket.family in INTERNET:
            self._socket.setsockopt(socket.IPPROTO_TCP, QUICK, 1)  # the kernel forgets it
        if self._limit is not None:
            remaining = self._deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("timed out")
            self._socket.settimeout(remaining)
        count: int | None = self._stream.readinto(buffer)
        self._received += count or 0
        if self._received >= ENOUGH:
            self._begin()
        return count

    def close(self) -> None:
        """Close the stream of the socket."""
        self._stream.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer that is read through a `TimedReader`."""

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(TimedReader(self.fp.detach(), sock))


class _Connection(HTTPConnection):
    response_class = TimedResponse


class _SecureConnection(HTTPSConnection):
    response_class = TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


POOLS = {"http": _Pool, "https": _SecurePool}


class TimedAdapter(request_utils.TCPKeepAliveHTTPAdapter):
    """MLflow's adapter of requests, with a limit of each answer."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make the pools of connections to servers."""
        super().init_poolmanager(*args, **options)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        """Return the pools of connections through a proxy."""
        manager = super().proxy_manager_for(*args, **options)  # type: ignore[no-untyped-call]
        manager.pool_classes_by_scheme = POOLS
        return manager


class RetryUnlessLate(Retry):
    """MLflow's retries, but none of a request that is late or that creates something."""

    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: Any = None,
        error: Exception | None = None,
        *args: Any,
        **options: Any,
    ) -> "RetryUnlessLate":
        """Return the retries that are left. Raise MaxRetryError if there are none."""
        last = isinstance(error, AnyTimeout) or _creates(method, url)
        left = self.new(total=0) if last else self
        return super(RetryUnlessLate, left).increment(
            method, url, response, error, *args, **options
        )


def _creates(method: str | None, url: str | None) -> bool:
    return method == "POST" and (url or "").partition("?")[0].endswith(CREATING)


def install() -> None:
    """Let MLflow make its sessions with this adapter and, unless the user has set it, retries."""
    classes: dict[str, type] = {"TCPKeepAliveHTTPAdapter": TimedAdapter}
    if os.environ[RETRIES_VARIABLE] == MLFLOW_SETTINGS[RETRIES_VARIABLE]:
        classes["Retry"] = RetryUnlessLate
    for name, replacement in classes.items():
        setattr(request_utils, name, replacement)


install()
