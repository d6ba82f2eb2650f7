"""`python -m benchmarks.verdict` prints, writes and judges the same numbers."""

import itertools
import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from harness import PATIENCE, Program

from benchmarks.verdict.measuring import Ratio, Result, Timing, differing_accuracies, ratio

ARMS = ["ce adam", "ce sgd", "mse adam", "mse sgd"]


def timing(program: str, seconds: float, accuracies: list[float]) -> Timing:
    """Return a timing with one round and one arm."""
    results = [Result("ce sgd", seed, each) for seed, each in enumerate(accuracies)]
    return Timing(program, (seconds,), (2 * seconds,), tuple(results))


@pytest.mark.parametrize(("seconds", "met"), [(10.0, True), (10.1, False)])
def test_a_ratio_is_met_up_to_its_limit(seconds: float, met: bool) -> None:
    ours, theirs = timing("ours", seconds, [0.9]), timing("PyTorch", 20.0, [0.9])
    found = ratio(ours, theirs, 0.5)
    assert found == Ratio("ours", "PyTorch", (seconds / 20,), (seconds / 20,), 0.5)
    assert found.met == met
    assert ratio(ours, theirs, None).met


def test_accuracies_may_differ_by_as_much_as_the_seeds_explain() -> None:
    ours = timing("ours", 1.0, [0.94, 0.95, 0.96, 0.95])  # standard error 0.0041, 0.0058 of both
    assert differing_accuracies(ours, timing("JAX", 1.0, [0.96, 0.97, 0.98, 0.97])) == []
    (found,) = differing_accuracies(ours, timing("JAX", 1.0, [0.97, 0.98, 0.99, 0.98]))
    assert found == "ce sgd: the mean accuracy of JAX is 98.00%, not 95.00% +- 2.31% as ours"


@pytest.mark.stress
@pytest.mark.skipif(find_spec("torch") is None, reason="torch is in the extra [bench]")
def test_tables_and_json_agree(tmp_path: Path) -> None:
    options = ["--seeds", "2", "--epochs", "1", "--output", str(tmp_path)]
    command = [sys.executable, "-m", "benchmarks.verdict", *options]
    with Program(command, tmp_path / "log") as program:
        code = program.wait(4 * PATIENCE)
    report = json.loads((tmp_path / "verdict.json").read_bytes())
    assert (report["seeds"], report["epochs"]) == (2, 1)
    timings = {each["program"]: each for each in report["timings"]}
    assert list(timings) == ["ours", "ours, numba", "PyTorch", "JAX"]
    for each in report["timings"]:
        found = sorted((result["arm"], result["seed"]) for result in each["results"])
        assert found == [(arm, seed) for arm in ARMS for seed in (0, 1)]
        assert 0 < each["processor_seconds"][0] < 2.1 * each["seconds"][0]
        for arm in ARMS:
            a, b = (result["accuracy"] for result in each["results"] if result["arm"] == arm)
            assert f"{(a + b) / 2:.2%}" in program.output
    written = {(each["ours"], each["theirs"]): each for each in report["ratios"]}
    assert set(written) == set(itertools.product(list(timings)[:2], list(timings)[2:]))
    for (ours, theirs), each in written.items():
        quotient = timings[ours]["seconds"][0] / timings[theirs]["seconds"][0]
        assert each["seconds"] == [pytest.approx(quotient)]
        assert each["limit"] is None  # it is a small sweep
        name = f"{ours} / {theirs} "
        (line,) = (line for line in program.output.splitlines() if line.startswith(name))
        assert line.removeprefix(name).split()[0] == "-".join(3 * [f"{quotient:.2f}"])
    assert code == bool(report["failures"])
    fine = ["The limits are for the whole sweep only."]
    end = program.output.rstrip().splitlines()
    assert end[-len(report["failures"] or fine) :] == (report["failures"] or fine)
