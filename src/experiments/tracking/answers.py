"""Does an MLflow server answer? Asked before MLflow is imported, which takes seconds.

A server that accepts connections and never answers would else be noticed only after the import and
MLflow's own limit. Every answer counts, also an error: what is wrong then is found by MLflow.
"""

import os
import socket
import threading
import urllib.request
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPException
from urllib.parse import urlsplit

from experiments.configuration import check_no_password
from experiments.errors import UserError

LIMIT = 5.0
"""Seconds for the head of an answer, unless the user has set `TIMEOUT_VARIABLE`."""
TIMEOUT_VARIABLE = "MLFLOW_HTTP_REQUEST_TIMEOUT"
PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
"""The ports at which databases answer, if an address names none."""
MLFLOW_LIMIT = "10"
"""The value of the variable, in seconds, if the user has set none."""


def no_answer(uri: str) -> str:
    """Return why a store does not answer; nothing if it does, or if it is no server."""
    if not uri.startswith(("http://", "https://")):
        return _no_database(uri)
    seconds = limit()
    asking = threading.Thread(target=_ask, args=(f"{uri.rstrip('/')}/health", seconds), daemon=True)
    asking.start()
    asking.join(seconds)
    if not asking.is_alive():
        return ""
    return f"the server does not answer (no answer within {seconds:g} s)"


def _no_database(uri: str) -> str:
    """Return why a database cannot be reached; nothing if it can, or if the address has no host.

    MLflow would try for two minutes.
    """
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port or PORTS.get(parts.scheme.partition("+")[0])
    except ValueError:  # MLflow says what is wrong with the address
        return ""
    if not host or not port:
        return ""
    try:
        socket.create_connection((host, port), timeout=limit()).close()
    except OSError as error:
        return f"the database does not answer ({error.strerror or error})"
    return ""


@lru_cache(maxsize=64)
def check_answers(uri: str) -> None:
    """Raise UserError if a store does not answer. One that has answered is not asked again.

    An address with a password is refused before anything shows it.
    """
    check_no_password(uri)
    if problem := no_answer(uri):
        raise UserError(f"{uri}: {problem}")


def limit() -> float:
    """Return the seconds in which a server has to answer."""
    given = os.environ.get(TIMEOUT_VARIABLE, MLFLOW_LIMIT)
    with suppress(ValueError):
        return LIMIT if given == MLFLOW_LIMIT else float(given)
    return LIMIT


def _ask(address: str, seconds: float) -> None:
    """Ask a server. The socket waits longer than ``seconds``: the thread is still alive then."""
    with suppress(OSError, HTTPException, ValueError):
        urllib.request.urlopen(address, timeout=2 * seconds).close()
