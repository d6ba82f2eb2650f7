"""Passwords in addresses of stores: refused, and never shown."""

import pytest

from experiments.configuration import check_no_password, check_uri, without_password
from experiments.errors import ConfigError

SAFE = (
    "http://mlflow:5000",
    "https://h/a/b",
    "http://[::1]:5000",
    "sqlite:////home/a:b@c/mlflow.db",
    "postgresql://u@h:5432/db",
    "postgresql://u@/db?host=/tmp/a",
    "databricks://profile",
    "mlruns",
    "",
)
SECRET = {
    "http://u:s3cret@h:5000": "http://***@h:5000",
    "https://s3cret@h": "https://***@h",
    "HTTP://u:s3cret@h": "HTTP://***@h",
    "http://u:s3/cr@et@h:5000/a": "http://***@h:5000/a",
    " http://u:s3cret@h": " http://***@h",
    "postgresql://u:s3cret@h/db": "postgresql://u:***@h/db",
    "postgresql+psycopg://u:s3cret@h/db": "postgresql+psycopg://u:***@h/db",
    "postgresql://h/db?user=u&password=s3cret&x=1": "postgresql://h/db?user=u&password=***&x=1",
    "mysql://u:s3cret@h/db": "mysql://u:***@h/db",
}


@pytest.mark.parametrize("uri", SAFE)
def test_an_address_without_a_password_is_shown_and_not_refused(uri: str) -> None:
    assert without_password(uri) == uri
    check_no_password(uri)


@pytest.mark.parametrize(("uri", "shown"), SECRET.items())
def test_a_password_is_refused_and_not_shown(uri: str, shown: str) -> None:
    assert without_password(uri) == shown
    for check in (check_no_password, check_uri):
        with pytest.raises(ConfigError) as caught:
            check(uri)
        assert str(caught.value).startswith(f"{shown}: ")
        assert "s3" not in str(caught.value)


def test_the_message_says_where_the_password_belongs() -> None:
    with pytest.raises(ConfigError, match=r"MLFLOW_TRACKING_PASSWORD in the environment$"):
        check_no_password("http://u:p@h")
    with pytest.raises(ConfigError, match=r"such as ~/\.pgpass or PGPASSWORD$"):
        check_no_password("postgresql://u:p@h/db")
