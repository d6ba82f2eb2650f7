"""The schema of the server's database: that of this MLflow, or of another one.

MLflow has two sets of tables, each with a version: runs, and users. It would upgrade an old one
when it starts, without a question.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from experiments.configuration import without_password
from experiments.errors import UserError

MIGRATIONS = {
    "alembic_version": "store/db_migrations",
    "alembic_version_auth": "server/auth/db/migrations",
}
"""The table with the version of each set of tables, and the folder of MLflow with its changes."""
USERS = "users"
"""The table of users."""


def check_schema(uri: str, *, upgrade: bool) -> None:
    """Raise UserError unless the database can be reached and has this MLflow's schema, or none.

    With ``upgrade`` a schema of an older MLflow is upgraded.
    """
    with _connection(uri) as connection:
        versions = {table: _version(connection, table) for table in MIGRATIONS}
    for table, version in versions.items():
        changes = _changes(table)
        if version in (None, changes.get_current_head()):
            continue
        if version not in {each.revision for each in changes.walk_revisions()}:
            raise UserError(
                f"{without_password(uri)}: the schema is of a newer MLflow (its version is"
                f" {version}); install that MLflow here"
            )
        if not upgrade:
            raise UserError(
                f"{without_password(uri)}: the schema is of an older MLflow (its version is"
                f" {version}); make a backup, as docs/server.md says, and then give --upgrade"
                " (or type: mlflow db upgrade ADDRESS)"
            )
    if upgrade:
        _upgrade(uri)


def has_users(uri: str) -> bool:
    """Return whether the database has users, so that a new first password has no effect."""
    with _connection(uri) as connection:
        if not sqlalchemy.inspect(connection).has_table(USERS):
            return False
        query = sqlalchemy.text(f"SELECT 1 FROM {USERS} LIMIT 1")  # noqa: S608 - a constant
        return connection.execute(query).first() is not None


def _upgrade(uri: str) -> None:
    """Upgrade the tables of runs. MLflow upgrades those of users when it starts."""
    from mlflow.store.db.utils import _upgrade_db  # what `mlflow db upgrade` calls

    engine = sqlalchemy.create_engine(uri)
    try:
        if sqlalchemy.inspect(engine).has_table("alembic_version"):
            _upgrade_db(engine)  # type: ignore[no-untyped-call]
    finally:
        engine.dispose()


def _changes(table: str) -> ScriptDirectory:
    """Return MLflow's changes of a set of tables. Reading them imports MLflow."""
    import mlflow

    config = Config()
    folder = Path(mlflow.__file__).parent / MIGRATIONS[table]
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return ScriptDirectory.from_config(config)


def _version(connection: sqlalchemy.Connection, table: str) -> str | None:
    """Return the version of a set of tables; None if there is none."""
    if not sqlalchemy.inspect(connection).has_table(table):
        return None
    query = sqlalchemy.text(f"SELECT version_num FROM {table}")  # noqa: S608 - a constant
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


@contextmanager
def _connection(uri: str) -> Iterator[sqlalchemy.Connection]:
    """Yield a connection to a database. Raise UserError, without the password, if it fails."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.NullPool)
        with engine.connect() as connection:
            yield connection
    except ImportError as error:
        raise UserError(
            f"{without_password(uri)}: the Python package {error.name} is missing, which connects"
            " to this database"
        ) from None
    except (SQLAlchemyError, ArgumentError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise UserError(f"{without_password(uri)}: {lines[0]}") from None
