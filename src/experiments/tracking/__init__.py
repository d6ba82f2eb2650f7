"""Tracking, as seen by a process that trains: it starts the mirror, and never imports MLflow."""

from experiments.tracking.answers import MLFLOW_LIMIT, check_answers, no_answer
from experiments.tracking.messages import Message, MirrorProgress, StoreWarning, encode_message
from experiments.tracking.supervisor import Supervisor, browse_command
from experiments.tracking.sync_state import (
    SyncState,
    SyncStateFile,
    is_behind,
    read_sync_state,
    result_sizes,
    runs_of,
    store_key,
    store_of,
    up_to_date,
)

__all__ = [
    "MLFLOW_LIMIT",
    "Message",
    "MirrorProgress",
    "StoreWarning",
    "Supervisor",
    "SyncState",
    "SyncStateFile",
    "browse_command",
    "check_answers",
    "encode_message",
    "is_behind",
    "no_answer",
    "read_sync_state",
    "result_sizes",
    "runs_of",
    "store_key",
    "store_of",
    "up_to_date",
]
