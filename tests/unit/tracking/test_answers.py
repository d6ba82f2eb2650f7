"""Servers that answer, and servers that do not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from experiments.errors import UserError
from experiments.tracking import check_answers
from experiments.tracking.answers import LIMIT, MLFLOW_LIMIT, TIMEOUT_VARIABLE, limit, no_answer


@contextmanager
def silent() -> Iterator[str]:
    """Yield the address of a server that accepts connections, and answers at the end only."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with suppress(BlockingIOError):
            listener.setblocking(False)
            while True:
                listener.accept()[0].close()


@contextmanager
def answering(status: int) -> Iterator[str]:
    """Yield the address of a server whose answers have a status."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_a_server_that_never_answers_is_left_at_the_limit_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(TIMEOUT_VARIABLE, "0.2")
    with silent() as uri:
        assert no_answer(uri) == "the server does not answer (no answer within 0.2 s)"
        with pytest.raises(UserError, match=f"^{uri}: the server does not answer"):
            check_answers(uri)


@pytest.mark.parametrize("status", [200, 401, 404, 503])
def test_every_answer_counts(status: int) -> None:
    with answering(status) as uri:
        assert no_answer(uri) == ""
    check_answers.cache_clear()
    check_answers(uri)  # nothing listens there any more: MLflow says so


@pytest.mark.parametrize("uri", ["sqlite:///a.db", "databricks", "http://", "http://127.0.0.1:x"])
def test_what_is_no_server_is_not_asked(uri: str) -> None:
    assert no_answer(uri) == ""


def test_the_limit_is_that_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for given, seconds in (("60", 60.0), ("2", 2.0), ("x", LIMIT), (MLFLOW_LIMIT, LIMIT)):
        monkeypatch.setenv(TIMEOUT_VARIABLE, given)
        assert limit() == seconds
    monkeypatch.delenv(TIMEOUT_VARIABLE)
    assert limit() == LIMIT


def test_a_database_that_cannot_be_reached_is_said_at_once() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        assert no_answer(f"postgresql+psycopg://user@127.0.0.1:{port}/runs") == ""
    assert no_answer(f"postgresql://user@127.0.0.1:{port}/runs") == (
        "the database does not answer (Connection refused)"
    )


@pytest.mark.parametrize(
    "uri",
    ["sqlite:///a/mlflow.db", "postgresql:///runs?host=/a/socket", "a folder", "x://[", "//h"],
)
def test_an_address_without_a_host_is_left_to_mlflow(uri: str) -> None:
    assert no_answer(uri) == ""
