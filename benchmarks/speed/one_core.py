"""Settings that keep this process on one core. Importing this module makes them.

It comes before NumPy, PyTorch and JAX, because they read these settings when they are imported.
Unlike `experiments.startup` it overwrites what the user has set: with more threads than one, the
seconds of the contenders could not be compared.
"""

import os

THREADS = ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMEXPR", "VECLIB_MAXIMUM")
"""The libraries whose number of threads is in the variable ``<name>_NUM_THREADS``."""
XLA_FLAGS = "--xla_cpu_multi_thread_eigen=false"
"""JAX computes its matrix products in the thread that waits for them."""


def pin() -> int | None:
    """Use one processor from now on and return its number; None if the system has no such call."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


CORE = pin()
for _name in THREADS:
    os.environ[f"{_name}_NUM_THREADS"] = "1"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {XLA_FLAGS}".strip()
os.environ["NPROC"] = "1"  # the threads of JAX's own pool
os.environ["JAX_PLATFORMS"] = "cpu"
