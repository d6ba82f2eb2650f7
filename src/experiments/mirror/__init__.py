"""The mirror: MLflow's copy of the records, made by a process of its own. It imports MLflow."""

from experiments.mirror.store import open_store
from experiments.mirror.sync import sync
from experiments.mirror.tracked import attach, tracked_record
from experiments.mirror.ui import serve

__all__ = ["attach", "open_store", "serve", "sync", "tracked_record"]
