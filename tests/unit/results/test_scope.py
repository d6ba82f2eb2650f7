"""Which runs somebody looks at, and the commands about the same source."""

import shlex
from pathlib import Path

import frames
import pytest
from recorded_runs import NEW_SWEEP, OLD_SWEEP, ORDER

from experiments.configuration import PROJECT
from experiments.recording import sweep_folder
from experiments.results import Scope, count_runs


def test_a_sweep_is_named_and_has_other_runs_around_it(outputs: Path) -> None:
    scope = Scope.of(outputs, OLD_SWEEP)
    assert scope.words == f" in sweep {OLD_SWEEP}"
    everything = scope.all_runs()
    assert everything is not None
    assert list(everything["identity"]) == ORDER


def test_all_runs_of_a_source_need_no_words(outputs: Path) -> None:
    scope = Scope.of(str(outputs))
    assert scope.words == ""
    assert scope.all_runs() is None


def test_the_folder_of_a_sweep_is_that_sweep(outputs: Path) -> None:
    assert Scope.of(sweep_folder(outputs, OLD_SWEEP)) == Scope.of(outputs, OLD_SWEEP)


def test_a_source_that_cannot_be_read_has_no_other_runs(tmp_path: Path) -> None:
    assert Scope.of(tmp_path / "nothing", "5").all_runs() is None


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (PROJECT / "outputs", []),
        (Path("/my runs"), ["--outputs", "/my runs"]),
        ("http://mlflow:5000", ["--uri", "http://mlflow:5000"]),
    ],
)
def test_commands_name_the_source_unless_it_is_the_default(
    source: Path | str, options: list[str]
) -> None:
    program, *words = shlex.split(Scope.of(source, "5").command("compare", "loss"))
    assert program.endswith("experiments")
    assert words == ["compare", "loss", *options]


def test_a_relative_folder_is_named_so_that_it_is_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Scope.of("here") == Scope(tmp_path / "here")


def test_runs_from_one_folder_have_that_source() -> None:
    runs = frames.frame(frames.arm("loss=ce", seeds=[0, 1]))
    assert Scope.of_frame(runs) == Scope(None)
    assert Scope.of_frame(runs.assign(outputs="/my runs")) == Scope(Path("/my runs"))
    assert Scope.of_frame(runs.assign(outputs=["/a", "/b"])) == Scope(None)


def test_recorded_runs_are_counted_in_a_sweep_and_in_all(outputs: Path) -> None:
    assert count_runs(outputs, OLD_SWEEP) == (2, len(ORDER))
    assert count_runs(outputs, NEW_SWEEP) == (1, len(ORDER))  # the other one is planned
