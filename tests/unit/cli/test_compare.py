"""`experiments compare`: its arguments, and the two ways to print a comparison."""

import csv
import io
import shutil
from pathlib import Path

import frames
import pytest
import records

from experiments.cli import compare
from experiments.cli.main import parser
from experiments.comparison import METHODS
from experiments.errors import UserError
from experiments.recording import LOOKS


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
    assert "ce softmax better" in printed
    assert "A tie is within 0.1 points." in printed


def test_the_equivalence_margin_is_given_in_percentage_points(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--margin", "5"]
    compare.run(parser().parse_args(words))
    printed = capsys.readouterr().out
    assert "A tie is within 5 points." in printed
    assert "better" not in printed


def test_only_the_table_is_printed_in_a_format(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--format", "csv"]
    compare.run(parser().parse_args(words))
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert row["condition"] == "784-30-10"
    assert (row["arm_a"], row["arm_b"], row["verdict"]) == ("ce softmax", "mse sigmoid", "A better")


def test_other_analyses_are_printed_below_the_verdicts(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "--outputs", str(exported)]
    compare.run(parser().parse_args(words))
    verdicts = capsys.readouterr().out
    compare.run(parser().parse_args([*words, "--margin", "0.5", "--beside", "ranks,bayes"]))
    printed = capsys.readouterr().out
    before, _, below = printed.partition("\nranks need 5 data sets or more; these runs have 1\n")
    assert before == verdicts.replace("within 0.1 points", "within 0.5 points")
    assert "Equivalent: within 0.5 points." in below
    assert "superiority" not in printed


@pytest.mark.parametrize(("format_", "table"), [("md", "| A better"), ("tex", "& A better")])
def test_other_analyses_are_written_in_a_format(
    exported: Path, format_: str, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--format", format_]
    compare.run(parser().parse_args(words))
    verdicts = capsys.readouterr().out
    compare.run(parser().parse_args([*words, "--beside", "bayes"]))
    printed = capsys.readouterr().out
    assert printed.startswith(f"{verdicts}\n")
    assert table in printed.removeprefix(verdicts)


def test_csv_has_no_other_analyses(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--format", "csv", "--beside", "bayes"]
    with pytest.raises(UserError, match="--format csv: it has one table; leave out --beside"):
        compare.run(parser().parse_args(words))
    assert capsys.readouterr() == ("", "")


def test_other_analyses_are_of_one_group(exported: Path) -> None:
    words = ["compare", "loss", "optimizer", "--outputs", str(exported), "--beside", "bayes"]
    with pytest.raises(UserError, match="--beside: these analyses are of one group"):
        compare.run(parser().parse_args(words))


def test_the_methods_beside_the_verdicts_are_those_of_comparison() -> None:
    assert set(compare.BESIDE) == set(METHODS)


@pytest.fixture(scope="module")
def exported_factors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with exported runs of two losses with two output functions."""
    folder = tmp_path_factory.mktemp("factors")
    runs = frames.frame(
        each
        for loss, output, at in (
            ("ce", "sigmoid", 0.9),
            ("ce", "softmax", 0.92),
            ("mse", "sigmoid", 0.91),
            ("mse", "softmax", 0.91),
        )
        for each in frames.arm(f"loss={loss}", f"loss.output={output}", at=at)
    )
    runs.to_parquet(folder / "runs.parquet")
    epochs = runs[["identity"]].assign(epoch=1, **{"validation/accuracy": 0.9})
    epochs.to_parquet(folder / "epochs.parquet")
    return folder


def test_two_groups_are_two_factors(
    exported_factors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compare", "loss", "loss.output", "--outputs", str(exported_factors)]
    compare.run(parser().parse_args(words))
    printed = capsys.readouterr().out
    assert "loss x loss.output" in printed
    assert "softmax better" in printed
    compare.run(parser().parse_args([*words, "--format", "csv"]))
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["effect"] for row in rows] == ["loss", "loss.output", "interaction"]
    assert [row["verdict"] for row in rows][1:] == ["B better", "interaction"]


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (["loss", "optimizer", "l2"], "loss optimizer l2: at most two groups can be compared"),
        (["loss", "loss"], "loss: the two factors are the same"),
    ],
)
def test_other_numbers_of_groups_are_errors(
    exported_factors: Path, groups: list[str], message: str
) -> None:
    with pytest.raises(UserError, match=f"^{message}"):
        compare.run(parser().parse_args(["compare", *groups, "--outputs", str(exported_factors)]))


def test_an_unknown_metric_is_an_error(exported: Path) -> None:
    words = ["compare", "loss", "--outputs", str(exported), "--metric", "no/such"]
    with pytest.raises(UserError, match="no/such"):
        compare.run(parser().parse_args(words))


def test_looks_at_an_outputs_folder_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def look(*words: str) -> str:
        given = ["compare", "loss", "--outputs", str(tmp_path), "--all", *words]
        compare.run(parser().parse_args(given))
        return capsys.readouterr().out

    add_seeds(tmp_path, range(3))
    assert "This is look 1." in look("--looks", "1")
    assert "at the one look that was planned" in look("--looks", "1")
    add_seeds(tmp_path, range(3, 6))
    with pytest.raises(UserError, match="this is look 2, with other runs than before"):
        look("--looks", "1")
    assert "This is look 2." in look()


def test_a_table_that_gets_fewer_rows_keeps_the_error_rate_of_the_larger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def look(*words: str) -> str:
        compare.run(parser().parse_args(["compare", "loss", "--outputs", str(tmp_path), *words]))
        return capsys.readouterr().out

    add_seeds(tmp_path, range(3))
    others = add_seeds(tmp_path, range(3), "l2=1")
    assert "hold for all 2 rows together" in look("--all")
    for folder in others:
        shutil.rmtree(folder)
    one = look("--all")
    assert "hold for 2 rows together, which an earlier table had," in one


def test_looks_at_a_folder_that_cannot_be_written_to_are_not_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    add_seeds(tmp_path, range(3))
    (tmp_path / LOOKS).mkdir()  # root may write everywhere else
    compare.run(parser().parse_args(["compare", "loss", "--outputs", str(tmp_path), "--all"]))
    printed, said = capsys.readouterr()
    assert "undecided" in printed
    assert "This is look" not in printed
    assert said == f"This look is not counted: {tmp_path / LOOKS}: Is a directory\n"


def test_looks_at_two_groups_are_counted_apart_and_in_any_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def look(*groups: str) -> str:
        compare.run(parser().parse_args(["compare", *groups, "--outputs", str(tmp_path), "--all"]))
        return capsys.readouterr().out

    for seeds in (range(3), range(3, 6)):
        add_seeds(tmp_path, seeds, "optimizer=sgd")
        add_seeds(tmp_path, seeds, "optimizer=adam")
        look("loss", "optimizer")
    assert "This is look 2." in look("optimizer", "loss")
    assert "This is look 1." in look("loss")


def add_seeds(outputs: Path, seeds: range, *overrides: str) -> list[Path]:
    """Record a finished run of both losses with each seed. Return the folders."""
    folders = []
    for seed in seeds:
        for loss in ("ce", "mse"):
            given = [f"loss={loss}", *overrides, f"seed={seed}"]
            start = frames.start(*given)
            identity = frames.identity_of(given)
            end = records.end(metrics={**records.TEST_METRICS, "test/accuracy": 0.9 + seed / 1000})
            folders.append(records.write_run(outputs, identity, start, records.epoch(1), end))
    return folders


def test_an_error_about_the_newest_sweep_is_a_line_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for identity in ("aa", "bb", "cc"):
        records.write_run(tmp_path, identity, frames.start(), *records.epochs(3), records.end())
    records.write_sweep_record(tmp_path, records.sweep_record(["aa", "bb", "dd"]))
    with pytest.raises(UserError):
        compare.run(parser().parse_args(["compare", "loss", "--outputs", str(tmp_path)]))
    assert capsys.readouterr() == ("", "")
