"""The settings of MLflow that importing the mirror makes."""

import importlib
import os

import pytest

from experiments.mirror import settings
from experiments.mirror.settings import MLFLOW_SETTINGS


def test_a_server_is_given_ten_seconds_and_cannot_ask_for_more() -> None:
    assert MLFLOW_SETTINGS["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "10"
    assert MLFLOW_SETTINGS["MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER"] == "false"


def test_the_settings_are_defaults_that_the_environment_overrides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changed, *others = MLFLOW_SETTINGS
    monkeypatch.setenv(changed, "by the user")
    for name in others:
        monkeypatch.setenv(name, "")  # so that it is restored after the test
        monkeypatch.delenv(name)
    importlib.reload(settings)
    assert os.environ[changed] == "by the user"
    assert {name: os.environ[name] for name in others} == {
        name: MLFLOW_SETTINGS[name] for name in others
    }
