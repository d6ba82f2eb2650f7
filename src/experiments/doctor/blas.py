"""The BLAS library, which computes NumPy's matrix products: its kernels and its threads."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info


@dataclass(frozen=True)
class Blas:
    """The library that NumPy was built with, and the state of the loaded one.

    ``kernels`` and ``kind`` are empty and ``threads`` is None if the loaded library does not tell
    them. ``coretype`` is the value of OPENBLAS_CORETYPE.
    """

    name: str
    version: str
    kind: str
    kernels: str
    threads: int | None
    coretype: str


def blas() -> Blas:
    """Return the library of NumPy. Other packages, such as SciPy, may have loaded another."""
    built = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    loaded = _loaded()
    return Blas(
        name=str(built.get("name", "unknown")),
        version=str(loaded.get("version") or built.get("version", "")),
        kind=str(loaded.get("internal_api", "")),
        kernels=str(loaded.get("architecture", "")),
        threads=loaded.get("num_threads"),
        coretype=os.environ.get("OPENBLAS_CORETYPE", ""),
    )


def _loaded() -> dict[str, Any]:
    """Return the description of the loaded library, that of NumPy first; empty if none is known."""
    found = (each for each in threadpool_info() if each["user_api"] == "blas")
    return min(found, key=lambda each: "numpy" not in each["filepath"], default={})
