"""What the server of a team is started with, and what it tells the team."""

import configparser
import stat
from pathlib import Path

import pytest
import yaml

from experiments.configuration import PROJECT
from experiments.errors import UserError
from experiments.interruption import Interruption
from experiments.serving import serve
from experiments.serving.secrets import KEY, PASSWORD
from experiments.serving.serve import (
    AUTHENTICATION,
    DEFAULTS,
    announcement,
    command,
    serve_team,
    server_environment,
)

URI = "sqlite:///"
"""An empty database."""


def test_secrets_and_addresses_are_in_the_environment_alone(tmp_path: Path) -> None:
    environment = server_environment(tmp_path, URI, {"PATH": "/bin"})
    assert environment["PATH"] == "/bin"
    assert environment["MLFLOW_BACKEND_STORE_URI"] == URI
    assert environment["MLFLOW_ARTIFACTS_DESTINATION"] == str(tmp_path / "artifacts")
    words = " ".join(command("127.0.0.1", 5000))
    for secret in (environment[PASSWORD], environment[KEY], URI):
        assert secret not in words


def test_what_the_user_has_set_is_kept(tmp_path: Path) -> None:
    given = {"MLFLOW_WORKERS": "7", "MLFLOW_AUTH_CONFIG_PATH": "/mine", PASSWORD: "x" * 12}
    environment = server_environment(tmp_path, URI, given)
    assert {name: environment[name] for name in given} == given
    assert not (tmp_path / "auth.ini").exists()


def test_the_file_about_users_is_read_as_it_was_meant(tmp_path: Path) -> None:
    uri = "sqlite:///%20"
    for _ in range(2):
        server_environment(tmp_path, "sqlite:///", {})
    serve._write_authentication(tmp_path, uri)
    parser = configparser.ConfigParser()
    parser.read(tmp_path / "auth.ini")
    assert parser["mlflow"]["database_uri"] == uri
    assert parser["mlflow"]["default_permission"] == "EDIT"
    assert stat.S_IMODE((tmp_path / "auth.ini").stat().st_mode) == 0o600


def test_new_secrets_for_old_users_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "has_users", lambda _: True)
    with pytest.raises(UserError, match=r"the database has users, but their secrets are missing"):
        server_environment(tmp_path, URI, {})
    assert not list(tmp_path.iterdir())
    server_environment(tmp_path, URI, {PASSWORD: "x" * 12})


def test_the_announcement_shows_no_secret(tmp_path: Path) -> None:
    environment = server_environment(tmp_path, URI, {})
    text = announcement(tmp_path, "http://127.0.0.1:5000", environment)
    assert "export MLFLOW_TRACKING_URI=http://127.0.0.1:5000\n" in text
    assert "User: admin; the password is in " in text
    assert "secrets.env" in text
    assert environment[PASSWORD] not in text
    assert environment[KEY] not in text


def test_missing_packages_are_named_with_the_command_that_installs_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "find_spec", lambda _: None)
    with pytest.raises(UserError, match=r"packages of the server are missing; .*\[server\]"):
        serve_team(tmp_path, "127.0.0.1", 5000, upgrade=False, interruption=Interruption())


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("192.0.2.1", "host 192.0.2.1: this machine does not have this address"),
        ("no.such.host.invalid", "host 'no.such.host.invalid': there is no host of this name"),
        ("a..b", "host 'a..b': there is no host of this name"),
        ("\n" * 5000, "there is no host of this name"),
    ],
)
def test_an_address_where_nothing_can_listen_is_refused_before_anything_is_written(
    tmp_path: Path, host: str, reason: str
) -> None:
    pytest.importorskip("flask_wtf")
    with pytest.raises(UserError) as caught:
        serve_team(tmp_path / "new", host, 5000, upgrade=False, interruption=Interruption())
    assert str(caught.value).endswith(reason)
    assert len(str(caught.value)) < 300
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:5000"),
        ("0.0.0.0", "http://127.0.0.1:5000"),
        ("::", "http://[::1]:5000"),
        ("mlflow", "http://mlflow:5000"),
    ],
)
def test_the_address_is_one_that_this_machine_reaches(host: str, address: str) -> None:
    assert serve._address(host, 5000) == address


def test_the_containers_start_the_same_server_in_the_tested_versions() -> None:
    compose = yaml.safe_load((PROJECT / "docs" / "compose.yaml").read_text(encoding="utf-8"))
    mlflow = compose["services"]["mlflow"]
    started = " ".join(command("0.0.0.0", 5000)[3:])
    assert f"mlflow {started}" in " ".join(mlflow["command"].split())
    for name, value in DEFAULTS.items():
        assert mlflow["environment"][name] == value
    image = mlflow["build"]["dockerfile_inline"]
    for name, value in AUTHENTICATION.items():
        assert f"'{name} = {value}'" in image
    pinned = (PROJECT / "constraints.txt").read_text(encoding="utf-8").lower().splitlines()
    for package in ("mlflow", "flask-wtf", "psycopg"):
        (version,) = (line for line in pinned if line.startswith(f"{package}=="))
        assert version.replace("psycopg==", "psycopg[binary]==") in image
