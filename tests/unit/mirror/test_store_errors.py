"""The errors of a store in one line."""

import pytest
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

from experiments.mirror.store_errors import STORE_ERRORS, describe_error, is_late

FAILED = "API request to http://h:9/api failed with exception"
LOCKED = OperationalError("UPDATE runs\nSET x = 1", {}, Exception("database is locked"))
REFUSED = MlflowException(
    "API request to http://127.0.0.1:9/api failed with exception HTTPConnectionPool"
    "(host='127.0.0.1', port=9): Max retries exceeded with url: /api (Caused by"
    " NewConnectionError('<HTTPConnection>: Failed to establish a new connection: [Errno 111]"
    " Connection refused'))"
)


def test_an_error_of_a_database_is_described_without_class_statement_and_link() -> None:
    assert describe_error(LOCKED) == "database is locked"


def test_a_dead_server_is_described_by_the_last_cause() -> None:
    expected = "the server does not answer ([Errno 111] Connection refused)"
    assert describe_error(REFUSED) == expected


@pytest.mark.parametrize(
    ("text", "description"),
    [
        (
            f"{FAILED} HTTPConnectionPool(host='h', port=9): Max retries exceeded with url: /api"
            " (Caused by ReadTimeoutError(\"HTTPConnectionPool(host='h', port=9): Read timed out."
            ' (read timeout=10)"))',
            "the server does not answer (no answer within 10 s)",
        ),
        (
            f"{FAILED} HTTPConnectionPool(host='h', port=9): Max retries exceeded with url: /api"
            " (Caused by ConnectTimeoutError(<HTTPConnection>, 'Connection to h timed out."
            " (connect timeout=2.5)'))",
            "the server does not answer (no answer within 2.5 s)",
        ),
        (
            f"{FAILED} HTTPConnectionPool(host='h', port=9): Max retries exceeded with url: /api"
            " (Caused by ProtocolError('Connection aborted.', RemoteDisconnected('Remote end"
            " closed connection without response')))",
            "the server does not answer (it closed the connection)",
        ),
        (
            f"{FAILED} HTTPConnectionPool(host='h', port=9): Max retries exceeded with url: /api"
            " (Caused by ResponseError('too many 503 error responses'))",
            "the server answers with error 503",
        ),
        (
            "API request to endpoint /api failed with error code 404 != 200."
            " Response body: '<html>\n<p>Nothing'",
            "the server answers with error 404",
        ),
        (
            "API request to endpoint was successful but the response body was not in a valid JSON"
            " format. Response body: '<html>Hello'",
            "its answer is not in JSON: this is not the address of an MLflow server",
        ),
    ],
)
def test_an_answer_that_is_not_mlflows_is_described_without_its_text(
    text: str, description: str
) -> None:
    assert describe_error(MlflowException(text)) == description


@pytest.mark.parametrize("error", [LOCKED, REFUSED, OSError(28, "No space left"), OSError()])
def test_a_description_is_one_line(error: Exception) -> None:
    assert isinstance(error, STORE_ERRORS)
    assert len(describe_error(error).splitlines()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "API request to endpoint /api failed with error code {} != 200. Response body: 'You'",
        "{} Client Error: SOMETHING for url: http://h:9/api/2.0/mlflow-artifacts/artifacts/a",
    ],
)
def test_a_refused_user_is_told_what_to_set(text: str) -> None:
    refused = describe_error(MlflowException(text.format(401)))
    assert refused.startswith("the server refuses the user or the password (error 401); set")
    assert "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD" in refused
    forbidden = describe_error(MlflowException(text.format(403)))
    assert forbidden.startswith("the server does not permit this to your user (error 403)")


def test_a_long_error_is_cut() -> None:
    assert len(describe_error(OSError("x" * 10_000))) == 500


def test_an_error_of_a_file_names_the_file_without_a_number() -> None:
    missing = FileNotFoundError(2, "No such file or directory", "/proc/a.db.lock")
    assert describe_error(missing) == "/proc/a.db.lock: No such file or directory"


@pytest.mark.parametrize(
    ("description", "late"),
    [
        ("the server does not answer (no answer within 5 s)", True),
        ("the server answers too slowly (less than 10,000 bytes in 10 s)", True),
        ("the server does not answer ([Errno 111] Connection refused)", False),
        ("database is locked", False),
    ],
)
def test_a_late_answer_is_told_from_other_problems(description: str, *, late: bool) -> None:
    assert is_late(description) == late
