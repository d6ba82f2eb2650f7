"""`experiments compare`: its arguments, and the two ways to print a comparison."""

import csv
import io
from pathlib import Path

import frames
import pytest

from experiments.cli import compare
from experiments.cli.main import parser
from experiments.errors import UserError


@pytest.fixture(autouse=True)
def _wide_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with exported runs: ce is better than mse by 2 percentage points."""
    folder = tmp_path_factory.mktemp("exported")
    runs = frames.frame([*frames.arm("loss=ce", at=0.92), *frames.arm("loss=mse", at=0.9)])
    runs.to_parquet(folder / "runs.parquet")
    epochs = runs[["identity"]].assign(epoch=1, **{"validation/accuracy": 0.9})
    epochs.to_parquet(folder / "epochs.parquet")
    return folder


def test_a_comparison_is_printed_for_reading(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compare.run(parser().parse_args(["compare", "loss", "--outputs", str(exported)]))
    printed = capsys.readouterr().out
    assert "ce better" in printed
    assert "tie: 0.1 points" in printed


def test_the_equivalence_margin_is_given_in_percentage_points(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--margin", "5"]
    compare.run(parser().parse_args(words))
    printed = capsys.readouterr().out
    assert "tie: 5 points" in printed
    assert "ce better" not in printed


def test_only_the_table_is_printed_in_a_format(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--format", "csv"]
    compare.run(parser().parse_args(words))
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["condition"] == "784-30-10"
    assert (row["arm_a"], row["arm_b"], row["verdict"]) == ("ce", "mse", "A better")


def test_an_unknown_metric_is_an_error(exported: Path) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--metric", "no/such"]
    with pytest.raises(UserError, match="no/such"):
        compare.run(parser().parse_args(words))
