"""The identity of a run is the same in every process that computes it."""

import os
import subprocess
import sys

from experiments.configuration import PROJECT

PRINT_CODES = """
from experiments.configuration import build, compose
from experiments.running import origin
for backend in ("numpy", "numba"):
    for parts in ([], ["loss=ce", "optimizer=adam", "activation=leaky_relu"]):
        print(origin(build(compose([f"backend={backend}", *parts]))).code)
"""
"""Prints the digests of the code of four runs."""


def test_the_code_of_a_run_has_one_hash() -> None:
    first, second = (
        subprocess.run(
            [sys.executable, "-c", PRINT_CODES],
            cwd=PROJECT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.splitlines()
        for seed in ("1", "2")
    )
    assert first == second
    assert [len(code) for code in first] == 4 * [16]
    assert len(set(first)) == 4
