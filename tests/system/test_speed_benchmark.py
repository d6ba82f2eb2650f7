"""`python -m benchmarks.speed` prints, writes and judges the same numbers."""

import importlib
import itertools
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from harness import Program

RATIOS = [
    ("ours", "PyTorch"),
    ("ours", "scikit-learn"),
    ("ours", "JAX scan"),
    ("ours, numba", "PyTorch"),
    ("ours, numba", "scikit-learn"),
    ("ours, numba", "JAX scan"),
    ("ours, numba", "ours"),
    ("ours, 4 seeds", "ours"),
    ("ours, 4 seeds", "JAX scan, 4 seeds"),
    ("ours, numba", "JAX scan, 4 seeds"),
]
IMAGES = 1000


def printed(values: Sequence[float], digits: int) -> str:
    """Return minimum, median and maximum as the tables show them."""
    return "-".join(f"{each(values):.{digits}f}" for each in (min, median, max))


def sections(output: str) -> list[list[str]]:
    """Return the lines of each part of the output; empty lines are between the parts."""
    return [part.splitlines() for part in output.split("\n\n")]


def limit(ours: str, theirs: str, row: int) -> float | None:
    """Return the largest acceptable ratio; the last three workloads are large."""
    if theirs == "ours" or ("seeds" in theirs and row >= 4):
        return None
    if theirs.startswith("JAX"):
        return 1.0 if ours == "ours, numba" else None
    return 0.5 if row < 4 else 0.7


def check_ratios(table: Sequence[str], number: int, measurements: Sequence[Any]) -> list[str]:
    """Compare a table with the single timings; return how the ratios that are too large begin."""
    ours, theirs = RATIOS[number]
    missed = []
    header, *lines = table
    assert header.startswith(f"{ours} / {theirs} ")
    for row, (line, measurement) in enumerate(zip(lines, measurements, strict=True)):
        name = measurement["workload"]
        timings = {each["contender"]: each for each in measurement["timings"]}
        a, b = timings[ours], timings[theirs]
        ratios = [x / y for x, y in zip(a["seconds"], b["seconds"], strict=True)]
        assert line.startswith(f"{name} ")
        fields = line.removeprefix(name).split()
        assert fields.pop(0) == printed(ratios, 2)
        most = limit(ours, theirs, row)
        if most is not None:
            met = median(ratios) <= most
            assert fields[:2] == [str(most), "met" if met else "MISSED"]
            missed += [] if met else [f"{name}: {ours}/{theirs} is {median(ratios):.2f},"]
            fields = fields[2:]
        assert fields[:2] == [printed(a["seconds"], 3), printed(b["seconds"], 3)]
        assert len(b["accuracies"]) == b["runs"] == (4 if "seeds" in theirs else 1)
        assert (b["compile_seconds"] is not None) == theirs.startswith("JAX")
    return missed


def flops(sizes: Sequence[int], images: int) -> int:
    """Return the operations of all matrix products, layer by layer."""
    total = 0
    for layer in range(1, len(sizes)):
        product = 2 * images * sizes[layer - 1] * sizes[layer]
        total += product * (2 if layer == 1 else 3)
    return total


def check_bounds(table: Sequence[str], measurements: Sequence[Any]) -> None:
    """Compare the last table with the single timings."""
    for line, measurement in zip(table[1:], measurements, strict=True):
        bounds, sizes = measurement["bounds"], [*map(int, measurement["network"].split("-"))]
        assert bounds["step_flops"] == flops(sizes, measurement["batch_size"])
        assert bounds["steps"] == -(-IMAGES // measurement["batch_size"])
        seconds = measurement["timings"][0]["seconds"]
        fractions = [
            100 * flops(sizes, IMAGES) / each / peak
            for each, peak in zip(seconds, bounds["peak"], strict=True)
        ]
        name = measurement["workload"]
        fields = line.removeprefix(name).split()
        assert fields[:2] == [printed(fractions, 0), "%"]
        assert fields[2] == printed([each / 1e9 for each in bounds["peak"]], 0)
        products, *parts = (float(each) for each in fields[5:9])
        assert abs(float(fields[4]) - products - sum(parts)) < 0.3  # each is rounded to 0.1
        parameters = sum((m + 1) * n for m, n in itertools.pairwise(sizes))
        if "Adam" in name:
            assert bounds["least_update_bytes"] == 28 * parameters
            assert bounds["update_bytes"] >= bounds["least_update_bytes"]
        else:
            assert bounds["update_bytes"] is None


def check_summary(table: Sequence[str], measurements: Sequence[Any]) -> None:
    """Compare the Markdown table with the ratios and seconds of the file."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    ours = ["ours", "ours, numba", "ours, 4 seeds"]
    theirs = ["PyTorch", "scikit-learn", "JAX scan", "JAX scan, 4 seeds"]
    assert rows[0] == ["network", *ours, *theirs]
    for (name, *cells), measurement in zip(rows[2:], measurements, strict=True):
        assert name == measurement["workload"]
        timings = {each["contender"]: each["seconds"] for each in measurement["timings"]}
        assert cells[:3] == [f"{median(timings[each]):.2f}" for each in ours]
        for cell, other in zip(cells[3:], theirs, strict=True):
            pairs = zip(timings["ours, numba"], timings[other], strict=True)
            expected = 1 / median(a / b for a, b in pairs)
            assert cell.endswith(" x")
            assert float(cell[:-2]) == pytest.approx(expected, rel=0.06)


@pytest.mark.stress
@pytest.mark.skipif(find_spec("torch") is None, reason="torch is in the extra [bench]")
def test_tables_json_and_exit_code_agree(tmp_path: Path) -> None:
    options = ["--rounds", "1", "--images", str(IMAGES), "--output", str(tmp_path)]
    command = [sys.executable, "-m", "benchmarks.speed", *options]
    with Program(command, tmp_path / "log") as program:
        code = program.wait()
    report = json.loads((tmp_path / "latest.json").read_bytes())
    head, *tables, end = sections(program.output)
    assert report["machine"]["processor"] in program.output
    assert report["machine"]["blas_threads"] == 1
    assert all(f"{name} {each}" in head[3] for name, each in report["machine"]["versions"].items())
    measurements = report["measurements"]
    assert [each["images"] for each in measurements] == 7 * [IMAGES]
    assert len(tables) == len(RATIOS) + 2
    missed = [
        start
        for number in range(len(RATIOS))
        for start in check_ratios(tables[number], number, measurements)
    ]
    check_bounds(tables[len(RATIOS)], measurements)
    check_summary(tables[-1], measurements)
    ratios_missed = [each for each in report["failures"] if ", above its limit " in each]
    assert len(ratios_missed) == len(missed)
    assert all(any(each.startswith(start) for each in ratios_missed) for start in missed)
    assert end[1:] == (report["failures"] or ["All limits are met."])
    assert code == bool(report["failures"])
    assert (tmp_path / "latest.png").read_bytes().startswith(b"\x89PNG")


def test_drawn_networks_are_the_same_for_each_call_and_within_their_ranges() -> None:
    drawn = importlib.import_module("benchmarks.speed.drawn").drawn
    networks = drawn(50)
    assert networks == drawn(50)
    assert networks[:8] == drawn(8)
    for each in networks:
        first, *hidden, last = each.sizes
        assert (first, last) == (784, 10)
        assert 1 <= len(hidden) <= 5
        assert all(10 <= width <= 800 for width in hidden)
        assert 1 <= each.batch_size <= 256
