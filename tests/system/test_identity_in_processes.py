"""The identity of a run is the same in every process that computes it."""

import os
import subprocess
import sys

import pytest

from experiments.configuration import PROJECT

PRINT_CODE = """
import sys
from experiments.configuration import build, compose
from experiments.running import origin
print(origin(build(compose(sys.argv[1:]))).code)
"""


@pytest.mark.parametrize("backend", ["numpy", "numba"])
@pytest.mark.parametrize("parts", [[], ["loss=ce", "optimizer=adam", "activation=leaky_relu"]])
def test_the_code_has_one_hash(backend: str, parts: list[str]) -> None:
    command = [sys.executable, "-c", PRINT_CODE, f"backend={backend}", *parts]
    found = {
        subprocess.run(
            command,
            cwd=PROJECT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    assert len(found.pop().strip()) == 16
