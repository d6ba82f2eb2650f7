"""Conducting a replication: what is done, and what is not done twice."""

from pathlib import Path

import pytest

from experiments.configuration import REPLICATE, Preset, choosable
from experiments.errors import ConfigError
from experiments.recording import read_sweep, run_folders, sweep_folders
from experiments.replicating.conduct import (
    Outcome,
    chosen_presets,
    conduct,
    known_presets,
    with_tracking,
)

PRESET = Preset.of(
    {
        "title": "t",
        "source": "s",
        "settings": {"architecture.sizes": [784, 10], "epochs": 1},
        "cases": [
            {"settings": {"l2": l2}, "numbers": [{"metric": "test/accuracy", "value": 50.0}]}
            for l2 in (0.0, 1.0)
        ],
    }
)
FEW = ("tracking=none", "dataset.train_size=100", "dataset.validation_size=100")


def conducted(outputs: Path, said: list[str], *words: str) -> Outcome | float | None:
    own = [*FEW, f"outputs={outputs}", *words]
    return conduct("p", PRESET, [0, 1], own, say=said.append)


def test_the_runs_are_done_once_and_recorded_as_one_sweep(tmp_path: Path) -> None:
    said: list[str] = []
    first = conducted(tmp_path, said)
    assert isinstance(first, Outcome)
    assert first.measured["value"].between(5, 100).all()
    assert len(run_folders(tmp_path)) == 4
    (folder,) = sweep_folders(tmp_path)
    record = read_sweep(folder)
    assert record is not None
    assert record.overrides[0] == "+replicate=p"
    assert record.overrides[-1] == "seed=0,1"
    assert said[0].endswith(" ".join(record.overrides))
    times = {path: (path / "journal.jsonl").stat().st_mtime_ns for path in run_folders(tmp_path)}
    again = conducted(tmp_path, said)
    assert isinstance(again, Outcome)
    assert again.measured.equals(first.measured)
    assert len(sweep_folders(tmp_path)) == 1
    assert times == {
        path: (path / "journal.jsonl").stat().st_mtime_ns for path in run_folders(tmp_path)
    }


def test_without_training_the_runs_that_are_done_are_measured(tmp_path: Path) -> None:
    own = [*FEW, f"outputs={tmp_path}"]
    assert conduct("p", PRESET, [0], own, say=print, train=False) is None
    conduct("p", PRESET, [0], own, say=print)
    found = conduct("p", PRESET, [0, 1], own, say=print, train=False)
    assert isinstance(found, Outcome)
    by_seed = found.measured.groupby("seed")["missing"].unique()
    assert list(by_seed[0]) == [""]
    assert list(by_seed[1]) == ["a run is not done"]
    assert len(run_folders(tmp_path)) == 2


def test_a_plan_does_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seconds = conducted(tmp_path / "new", [], "plan=true")
    assert isinstance(seconds, float)
    assert 0 < seconds < 60
    assert not (tmp_path / "new").exists()
    assert "4 of 4 runs to do" in capsys.readouterr().out


def test_runs_are_not_tracked_unless_the_command_says_so() -> None:
    assert with_tracking(["epochs=3"]) == ["tracking=none", "epochs=3"]
    assert with_tracking(["tracking=mlflow"]) == ["tracking=mlflow"]


def test_presets_are_chosen_by_their_names() -> None:
    known = known_presets()
    assert list(known) == choosable(REPLICATE)

    def chosen(*names: str, quick: bool = False) -> list[str]:
        return list(chosen_presets(names, known, quick=quick))

    assert chosen() == list(known)
    assert chosen("huang") == ["huang"]
    assert chosen("lecun", "nielsen/quadratic_30", quick=True) == ["nielsen/quadratic_30"]
    assert chosen("image_recognition") == [each for each in known if "image_recognition/" in each]
    with pytest.raises(ConfigError, match=r"^huan: no such preset; there are backprop"):
        chosen("huan")
