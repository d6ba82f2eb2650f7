"""The schema of a database, asked in SQLite files that MLflow has made."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy
from empty_store import write_empty_store

from experiments.errors import UserError
from experiments.serving.schema import MIGRATIONS, check_schema, has_users

RUNS, USERS = MIGRATIONS


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of this MLflow."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    write_empty_store(path)
    return path


@pytest.fixture
def store(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


def change(store: Path, *statements: str) -> None:
    with closing(sqlite3.connect(store)) as database, database:
        for each in statements:
            database.execute(each)


def version(store: Path) -> str:
    with closing(sqlite3.connect(store)) as database:
        (found,) = database.execute(f"SELECT version_num FROM {RUNS}").fetchone()
    return str(found)


def test_an_empty_database_and_one_of_this_mlflow_are_accepted(store: Path) -> None:
    check_schema(f"sqlite:///{store}", upgrade=False)
    check_schema("sqlite:///", upgrade=False)
    check_schema("sqlite:///", upgrade=True)


def before_last() -> str:
    """Return the version before the newest one."""
    from experiments.serving.schema import _changes

    changes = _changes(RUNS)
    head = changes.get_revision(changes.get_current_head())
    assert isinstance(head.down_revision, str)
    return head.down_revision


@pytest.mark.parametrize("table", [RUNS, USERS])
def test_an_older_schema_is_named_and_not_touched(store: Path, table: str) -> None:
    old = before_last() if table == RUNS else "8606fa83a998"
    if table == RUNS:
        change(store, f"UPDATE {table} SET version_num = '{old}'")
    else:
        change(
            store,
            f"CREATE TABLE {table} (version_num TEXT)",
            f"INSERT INTO {table} VALUES ('{old}')",
        )
    before = store.read_bytes()
    with pytest.raises(UserError, match=rf"older MLflow .*{old}.*backup.*--upgrade"):
        check_schema(f"sqlite:///{store}", upgrade=False)
    assert store.read_bytes() == before


def test_a_newer_schema_is_refused_also_with_upgrade(store: Path) -> None:
    change(store, f"UPDATE {RUNS} SET version_num = 'later'")
    for upgrade in (False, True):
        with pytest.raises(UserError, match=r"newer MLflow \(its version is later\)"):
            check_schema(f"sqlite:///{store}", upgrade=upgrade)


def test_an_older_schema_is_upgraded_on_request(tmp_path: Path) -> None:
    from alembic import command
    from mlflow.store.db.base_sql_model import Base  # noqa: F401 - registers the tables
    from mlflow.store.db.utils import InitialBase, _get_alembic_config

    store = tmp_path / "old.db"
    uri = f"sqlite:///{store}"
    engine = sqlalchemy.create_engine(uri)
    InitialBase.metadata.create_all(engine)
    config = _get_alembic_config(uri)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, before_last())
    engine.dispose()
    with pytest.raises(UserError, match=r"older MLflow"):
        check_schema(uri, upgrade=False)
    assert version(store) == before_last()
    check_schema(uri, upgrade=True)
    check_schema(uri, upgrade=False)


def test_whether_there_are_users(store: Path) -> None:
    uri = f"sqlite:///{store}"
    assert not has_users(uri)
    change(store, "CREATE TABLE users (id INTEGER)")
    assert not has_users(uri)
    change(store, "INSERT INTO users VALUES (1)")
    assert has_users(uri)


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/db", "onnection refused"),
        ("postgresql+no_such://u:s3cret@h/db", "no_such"),
        ("no address", "Could not parse"),
    ],
)
def test_a_database_that_fails_is_named_without_its_password(uri: str, reason: str) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(UserError) as caught:
        check_schema(uri, upgrade=False)
    assert reason in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert "\n" not in str(caught.value)
