"""Errors of an MLflow store, and what they say in one line."""

import logging

from mlflow.exceptions import MlflowException
from sqlalchemy.exc import SQLAlchemyError

STORE_ERRORS = (MlflowException, SQLAlchemyError, OSError)
"""The errors that a store raises when it fails."""
LONGEST = 500  # characters


def describe_error(error: Exception) -> str:
    """Return the message of a store's error as one line, without links to manuals."""
    text = str(error).split("(Background on")[0].split("[SQL:")[0]
    line = " ".join(text.split())
    if "Max retries exceeded" in line or "Failed to establish" in line:
        return f"the server does not answer ({line.rpartition(': ')[2].rstrip(')')})"
    return line[:LONGEST]


def silence_mlflow() -> None:
    """Stop MLflow from logging errors that are raised anyway."""
    logging.getLogger("mlflow").setLevel(logging.CRITICAL)
