"""The settings with which MLflow is started."""

from experiments.tracking import MLFLOW_SETTINGS


def test_a_dead_server_costs_at_most_a_minute_for_each_request() -> None:
    timeout, retries, backoff = (
        float(MLFLOW_SETTINGS[f"MLFLOW_HTTP_REQUEST_{name}"])
        for name in ("TIMEOUT", "MAX_RETRIES", "BACKOFF_FACTOR")
    )
    assert (retries + 1) * timeout + retries * backoff < 60


def test_every_setting_is_text_as_environment_variables_are() -> None:
    assert all(isinstance(value, str) for value in MLFLOW_SETTINGS.values())
