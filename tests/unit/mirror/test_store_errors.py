"""The errors of a store in one line."""

import pytest
from mlflow.exceptions import MlflowException
from sqlalchemy.exc import OperationalError

from experiments.mirror.store_errors import STORE_ERRORS, describe_error

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


@pytest.mark.parametrize("error", [LOCKED, REFUSED, OSError(28, "No space left"), OSError()])
def test_a_description_is_one_line(error: Exception) -> None:
    assert isinstance(error, STORE_ERRORS)
    assert len(describe_error(error).splitlines()) == 1


def test_a_long_error_is_cut() -> None:
    assert len(describe_error(OSError("x" * 10_000))) == 500
