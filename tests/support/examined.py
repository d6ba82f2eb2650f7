"""Facts of a machine on which nothing is slow or broken. A test changes the facts it is about."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from experiments.doctor import Facts
from experiments.doctor.blas import Blas
from experiments.doctor.disk import Outputs
from experiments.doctor.images import Images
from experiments.doctor.memory import Memory
from experiments.doctor.power import Power
from experiments.doctor.processor import Processor
from experiments.doctor.store import Store
from experiments.startup import AVX512

GOOD = Facts(
    processor=Processor(
        name="A processor",
        instructions=frozenset({"avx2", "fma", *AVX512}),
        cores=8,
        allowed=8,
        quota=None,
        load=0.5,
    ),
    memory=Memory(available=16 * 10**9, swapped=0),
    power=Power(governor="performance", driver="acpi-cpufreq", battery=False),
    blas=Blas(
        name="scipy-openblas",
        version="0.3.31",
        kind="openblas",
        kernels="SkylakeX",
        threads=1,
        coretype="SkylakeX",
    ),
    sgemm=123.4,
    versions={"Python": "3.12.1", "numpy": "2.4.0", "hydra-core": "1.3.8", "mlflow": "3.17.2"},
    outputs=Outputs(Path("/records"), "", free=50 * 10**9, fsync=0.002),
    store=Store("sqlite:////records/mlflow.db", seconds=0.01),
    images=Images(Path("/data/mnist"), "", downloadable=False),
)


def facts(**changes: dict[str, Any]) -> Facts:
    """Return the facts with changes: ``facts(blas={"threads": 4})``."""
    parts = {name: replace(getattr(GOOD, name), **values) for name, values in changes.items()}
    return replace(GOOD, **parts)
