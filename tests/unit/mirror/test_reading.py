"""Reading stores: everything that fails is one line for the user."""

import re
import sqlite3
from pathlib import Path

import pytest
import tracked
from mlflow.exceptions import MlflowException

from experiments.errors import UserError
from experiments.mirror.reading import existing_store, readable_store, readable_tags

URI = "http://127.0.0.1:5000"


def test_a_missing_sqlite_store_is_refused_and_not_created(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    with pytest.raises(UserError, match=f"^{re.escape(uri)}: there is no such store$"):
        existing_store(uri)
    assert list(tmp_path.iterdir()) == []


def test_an_address_of_another_kind_is_refused_in_one_line() -> None:
    with pytest.raises(UserError, match=r"^gopher://store: .*gopher") as caught:
        existing_store("gopher://store").search_experiments()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        MlflowException("no run"),
        OSError("no disk"),
        sqlite3.OperationalError("database is locked"),
    ],
)
def test_an_error_of_a_store_names_the_store(error: Exception) -> None:
    with pytest.raises(UserError) as caught, readable_store(URI):
        raise error
    assert str(caught.value) == f"{URI}: {error}"


@pytest.mark.parametrize("error", [KeyError("sweep"), ValueError("no list")])
def test_a_changed_tag_is_reported_with_the_run_and_the_remedy(error: Exception) -> None:
    expected = (
        r"^http://\S+: the tags of run r1 were changed.*; delete the run, and `\S*experiments sync`"
    )
    with pytest.raises(UserError, match=expected), readable_tags(tracked.run({}), URI):
        raise error
