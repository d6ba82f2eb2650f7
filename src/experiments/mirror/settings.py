"""MLflow's settings. Importing this module makes them, before MLflow is imported.

A server that is dead, silent or overloaded is then noticed within seconds, from the command line,
in the mirror process and in Python; MLflow's own defaults take minutes. The settings are
environment variables. Those that the user has set are not changed.
"""

import os

from experiments.tracking import MLFLOW_LIMIT

MLFLOW_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",  # it draws bars where tqdm is installed
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # two lines for every run on a server
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",  # the mirror tries again itself
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": MLFLOW_LIMIT,  # seconds
    "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER": "false",  # a server can ask for hours
}

for name, value in MLFLOW_SETTINGS.items():
    os.environ.setdefault(name, value)
