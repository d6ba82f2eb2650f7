"""Serving MLflow to a team: PostgreSQL, secrets, schema, and the server's process."""

from experiments.serving.postgresql import Cluster
from experiments.serving.serve import serve_team

__all__ = ["Cluster", "serve_team"]
