"""A PostgreSQL cluster of one's own: created, started, stopped, recovered."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy
import team_server

from experiments.errors import UserError
from experiments.serving import Cluster


@pytest.fixture
def folder() -> Iterator[Path]:
    team_server.skip_without_postgresql()
    with team_server.open_folder() as folder:
        yield folder / "50 % of a folder's name"


def query(cluster: Cluster, *texts: str) -> list[object]:
    """Execute statements in one transaction, and return the first column of the last answer."""
    engine = sqlalchemy.create_engine(cluster.uri, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        for text in texts:
            found = connection.execute(sqlalchemy.text(text))
        return list(found.scalars()) if found.returns_rows else []


def test_what_was_committed_is_there_after_a_stop_and_after_a_crash(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.start()
    try:
        cluster.start()  # it runs already
        query(cluster, "CREATE TABLE t (x int)", "INSERT INTO t VALUES (1)")
        assert query(cluster, "SHOW listen_addresses") == [""]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for mode in ("fast", "immediate"):
            cluster.stop(mode)
            with pytest.raises(sqlalchemy.exc.OperationalError):
                query(cluster, "SELECT 1")
            cluster.start()
            assert query(cluster, "SELECT x FROM t") == [1]
    finally:
        cluster.stop("immediate")


def test_the_leftover_of_a_creation_that_was_killed_is_replaced(folder: Path) -> None:
    (folder / "data.new").mkdir(parents=True)
    (folder / "data.new" / "PG_VERSION").touch()
    cluster = Cluster(folder)
    cluster.start()
    try:
        assert query(cluster, "SELECT current_database()") == ["mlflow"]
    finally:
        cluster.stop("immediate")


def test_a_cluster_that_cannot_start_names_its_log(folder: Path) -> None:
    cluster = Cluster(folder)
    cluster.start()
    cluster.stop()
    (cluster.data / "postgresql.conf").write_text("no_such_setting = 1\n", encoding="ascii")
    with pytest.raises(UserError, match=r"PostgreSQL did not start; see .*postgresql\.log$"):
        cluster.start()
    assert "no_such_setting" in cluster.log.read_text(encoding="utf-8")


def test_a_path_that_is_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"too long for a socket .* choose another with --outputs"):
        Cluster(tmp_path / ("x" * 100)).start()
    assert not list(tmp_path.iterdir())
