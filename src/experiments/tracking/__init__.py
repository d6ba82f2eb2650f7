"""Tracking, as seen by a process that trains: it starts the mirror, and never imports MLflow."""

from experiments.tracking.messages import Message, Progress, StoreWarning, encode_message
from experiments.tracking.settings import MLFLOW_SETTINGS
from experiments.tracking.sync_state import (
    SyncState,
    SyncStateFile,
    is_behind,
    read_sync_state,
    runs_of,
    store_key,
    store_of,
    up_to_date,
)
from experiments.tracking.writer import Writer, browse_command

__all__ = [
    "MLFLOW_SETTINGS",
    "Message",
    "Progress",
    "StoreWarning",
    "SyncState",
    "SyncStateFile",
    "Writer",
    "browse_command",
    "encode_message",
    "is_behind",
    "read_sync_state",
    "runs_of",
    "store_key",
    "store_of",
    "up_to_date",
]
