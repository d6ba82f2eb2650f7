"""The verdicts on the page of a sweep come from another program."""

from pathlib import Path

from experiments.mirror.sweep_results import ArmResult, describe
from experiments.mirror.verdicts import verdicts


def arm(name: str, n_runs: int) -> ArmResult:
    return ArmResult(name=name, n_runs=n_runs, means={"validation/accuracy": 0.9})


def test_without_two_arms_with_two_seeds_there_is_no_verdict(tmp_path: Path) -> None:
    assert verdicts(tmp_path, [arm("ce", 1), arm("mse", 2)]) == ""


def test_a_folder_that_cannot_be_read_has_no_verdict(tmp_path: Path) -> None:
    assert verdicts(tmp_path / "missing", [arm("ce", 2), arm("mse", 2)]) == ""


def test_the_verdicts_stand_beside_the_table_of_arms() -> None:
    arms = [arm("ce", 2), arm("mse", 2)]
    text = describe("4 runs", arms, 4, "experiments report", {}, verdicts="- **784-30-10**: tie")
    assert text.index("- **784-30-10**: tie") < text.index("| ce |") < text.index("4 runs")
    assert "More figures: `experiments report`" in text
    without = describe("4 runs", arms, 4, "experiments report", {})
    assert "Verdicts and figures: `experiments report`" in without
