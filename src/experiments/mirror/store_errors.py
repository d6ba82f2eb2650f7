"""Errors of an MLflow store, and what they say in one line."""

import logging
import os
import re

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

from experiments.mirror.time_limit import ENOUGH, TIMEOUT_VARIABLE

STORE_ERRORS = (MlflowException, SQLAlchemyError, OSError)
"""The errors that a store raises when it fails."""
LONGEST = 500
"""Characters of a description."""
CLASS = re.compile(r"^\([\w.]+\) ")
"""The name of a class in front of a message of SQLAlchemy."""
STATUS = re.compile(
    r"failed with error code (\d+) != 200|too many (\d+) error responses"
    r"|^(\d+) (?:Client|Server) Error"
)
"""An answer without a message of MLflow."""
ANSWERS = {
    "401": "the server refuses the user or the password (error 401); set"
    " MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or write ~/.mlflow/credentials",
    "403": "the server does not permit this to your user (error 403); its administrator can",
}
"""Descriptions of answers without a message, by their numbers."""
TIMEOUT = re.compile(r"\(?(?:read|connect) timeout=([\d.]+)\)")


def describe_error(error: Exception) -> str:
    """Return the message of a store's error as one line.

    Statements in SQL, links to manuals and the names of classes at its beginning are left out.
    """
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    text = str(error).split("(Background on")[0].split("[SQL:")[0]
    line = CLASS.sub("", " ".join(text.split()))
    if status := STATUS.search(line):
        number = next(filter(None, status.groups()))
        return ANSWERS.get(number, f"the server answers with error {number}")
    if "not in a valid JSON format" in line:
        return "its answer is not in JSON: this is not the address of an MLflow server"
    if "Max retries exceeded" in line or "Failed to establish" in line:
        return f"the server does not answer ({_cause(line)})"
    if "Read timed out" in line:  # in the middle of an answer
        limit = os.environ[TIMEOUT_VARIABLE]
        return f"the server answers too slowly (less than {ENOUGH:,} bytes in {limit} s)"
    return line[:LONGEST] or type(error).__name__


def is_late(description: str) -> bool:
    """Return whether a server was left because it takes too long, given the description."""
    return "no answer within" in description or "answers too slowly" in description


def _cause(line: str) -> str:
    """Return the last cause in the message of a connection that failed."""
    if timeout := TIMEOUT.search(line):
        return f"no answer within {timeout[1]} s"
    if "Connection aborted" in line:
        return "it closed the connection"
    return line.rpartition(": ")[2].rstrip("')\"")


def silence_mlflow() -> None:
    """Stop MLflow from logging errors that are raised anyway."""
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
