"""MLflow settings, as environment variables that MLflow reads when it is imported."""

MLFLOW_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",  # the mirror tries again itself
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",  # seconds
}
"""With the last three a dead server is noticed within seconds; MLflow's defaults take minutes."""
