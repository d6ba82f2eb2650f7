"""The cluster: the runs of a sweep are done by the workers of Dask, on other machines."""

import experiments.startup  # noqa: F401 - before NumPy is imported, in the process of a runner
from experiments.cluster.cluster import Cluster
from experiments.cluster.crew import ClusterCrew, Options
from experiments.cluster.queue import Queue, QueueCluster

__all__ = ["Cluster", "ClusterCrew", "Options", "Queue", "QueueCluster"]
