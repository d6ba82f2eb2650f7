"""`experiments repeat`: repeats a recorded run, and says whether the bits are the same."""

import base64
import math
import shutil
from pathlib import Path

import harness
import numpy as np
import pytest
from harness import Sweep

NAME = "ce adam"


def _repeat(run: str | Path, sweep: Sweep, log: Path) -> tuple[int, str]:
    """Return exit code and output of `experiments repeat`."""
    words = ["repeat", run, "--outputs", sweep.folder, "--uri", sweep.uri]
    return harness.experiments(log, *words)


@pytest.mark.parametrize("key", ["identity", "folder", "id in MLflow"])
def test_a_repetition_with_the_same_bits(four: Sweep, tmp_path: Path, key: str) -> None:
    folder = harness.jobs(four.folder)[NAME]
    before = (folder / "journal.jsonl").read_bytes()
    keys = {
        "identity": lambda: folder.name[:8],
        "folder": lambda: folder,
        "id in MLflow": lambda: harness.by_name(four.uri)[NAME].id,
    }
    code, output = _repeat(keys[key](), four, tmp_path / "log")
    assert code == 0, output
    last = output.splitlines()[-1]
    assert last == "bit-identical: every metric of 2 epochs and of the test set"
    assert (folder / "journal.jsonl").read_bytes() == before


def test_a_repetition_names_differences_and_changes(four: Sweep, tmp_path: Path) -> None:
    """The recorded cost differs in its last bit, and NumPy had another version."""
    run = tmp_path / "altered"
    shutil.copytree(harness.jobs(four.folder)[NAME], run)
    start, certificate, first, second, end = harness.events(run)
    second["metrics"]["train/cost"] = math.nextafter(second["metrics"]["train/cost"], 1)
    end["metrics"]["test/accuracy"] += 0.5
    end["correct"] = base64.b64encode(b"\x00\xff").decode()
    start["environment"]["version.numpy"] = "1.0"
    start["origin"]["code"] = "0123456789abcdef"
    harness.write_events(run, [start, certificate, first, second, end])
    code, output = _repeat(run, four, tmp_path / "log")
    assert code == 1, output
    lines = [line.strip() for line in output.splitlines()]
    differing = lines.index("not identical:")
    assert lines[differing + 1 : differing + 4] == [
        "from epoch 2: train/cost",
        "at the end: test/accuracy, test/correct",
        "changed since the recorded run:",
    ]
    code_was, *others = lines[differing + 4 :]
    assert code_was.startswith("code was 0123456789abcdef, is ")
    assert f"version.numpy was 1.0, is {np.__version__}" in others
