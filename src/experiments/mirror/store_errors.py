"""Errors of an MLflow store, and what they say in one line."""

import logging
import re

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

STORE_ERRORS = (MlflowException, SQLAlchemyError, OSError)
"""The errors that a store raises when it fails."""
LONGEST = 500
"""Characters of a description."""
CLASS = re.compile(r"^\([\w.]+\) ")
"""The name of a class in front of a message of SQLAlchemy."""


def describe_error(error: Exception) -> str:
    """Return the message of a store's error as one line.

    Statements in SQL, links to manuals and the names of classes at its beginning are left out.
    """
    text = str(error).split("(Background on")[0].split("[SQL:")[0]
    line = CLASS.sub("", " ".join(text.split()))
    if "Max retries exceeded" in line or "Failed to establish" in line:
        cause = line.rpartition(": ")[2].rstrip("')\"")
        return f"the server does not answer ({cause})"
    return line[:LONGEST] or type(error).__name__


def silence_mlflow() -> None:
    """Stop MLflow from logging errors that are raised anyway."""
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
