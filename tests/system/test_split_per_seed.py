"""A cut of the data for each seed: the command of the page of tasks, typed into a shell."""

import re
import shlex
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import harness
import numpy as np
import pandas as pd
import pytest
from harness import NOT_TRACKED, PROJECT, Program

from experiments import results
from experiments.examples import Dataset

pytestmark = pytest.mark.stress
FEW = ("dataset.train_size=300", "dataset.validation_size=500", "epochs=40", NOT_TRACKED)


def typed(folder: Path, *others: str) -> Program:
    """Start the command of the page of tasks in a shell, with other options at its end."""
    page = (PROJECT / "docs" / "usage.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ +\.venv/bin/(python .*split_seed=.*?) +#", page, re.MULTILINE)
    command = line.replace("python", shlex.quote(sys.executable), 1)
    added = shlex.join([*FEW, f"outputs={folder}", *others])
    return Program(["sh", "-c", f"exec {command} {added}"], folder.with_suffix(".log"))


def run(folder: Path, *others: str) -> None:
    with typed(folder, *others) as program:
        assert program.wait() == 0, program.output


@dataclass(frozen=True)
class Cut:
    """The runs of the command, in the order of their seeds, and their data."""

    folder: Path
    runs: pd.DataFrame
    data: Sequence[Dataset]


@pytest.fixture(scope="module")
def cut(tmp_path_factory: pytest.TempPathFactory) -> Cut:
    folder = tmp_path_factory.mktemp("cut") / "outputs"
    run(folder)
    runs = results.runs(folder).sort_values("seed")
    experiments = [results.experiment(row) for _, row in runs.iterrows()]
    return Cut(folder, runs, [each.dataset.load(each.dtype) for each in experiments])


def results_of(folder: Path) -> dict[str, object]:
    return {name: harness.results(run) for name, run in harness.jobs(folder).items()}


def test_each_seed_has_its_own_cut_of_the_same_images(cut: Cut) -> None:
    assert list(cut.runs["seed"]) == list(cut.runs["dataset.split_seed"]) == [0, 1, 2]
    for one, other in combinations(cut.data, 2):
        for split in ("train", "validation"):
            assert not np.array_equal(getattr(one, split).labels, getattr(other, split).labels)
        assert np.array_equal(one.test.images, other.test.images)
        assert one.sha256 == other.sha256


def test_the_runs_are_those_with_the_seeds_given_as_numbers(cut: Cut, tmp_path: Path) -> None:
    assert cut.runs["identity"].nunique() == 3
    for seed, identity in zip((0, 1, 2), cut.runs["identity"], strict=True):
        given = (f"dataset.split_seed={seed}", f"seed={seed}", "plan=true")
        assert identity in harness.run(cut.folder, *given, *FEW)
    fixed = harness.run(tmp_path / "fixed", "-m", "seed=0,1,2", "plan=true", *FEW)
    assert [identity in fixed for identity in cut.runs["identity"]] == [True, False, False]


def test_the_command_of_the_runs_finds_them_done(cut: Cut) -> None:
    (command,) = results.commands(cut.runs)
    words = shlex.split(command)[2:]
    plan = harness.run(cut.folder, *words, "plan=true", NOT_TRACKED)
    assert all(identity in plan for identity in cut.runs["identity"])
    assert "0 of 3 runs to do" in plan


def test_an_interrupted_sweep_is_resumed_to_the_same_bits(cut: Cut, tmp_path: Path) -> None:
    folder = tmp_path / "outputs"
    with typed(folder) as program:
        harness.wait_for_epoch(next(iter(harness.wait_for_jobs(folder).values())))
        program.send(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM, program.output
    run(folder)
    assert any(harness.events(each, "resume") for each in harness.jobs(folder).values())
    assert results_of(folder) == results_of(cut.folder)


def test_the_same_command_does_nothing_and_rerun_gives_the_same_bits(
    cut: Cut, tmp_path: Path
) -> None:
    folder = tmp_path / "outputs"
    run(folder, "epochs=2")
    expected = results_of(folder)
    journals = {path: path.read_bytes() for path in folder.glob("runs/*/journal.jsonl")}
    run(folder, "epochs=2")
    assert {path: path.read_bytes() for path in folder.glob("runs/*/journal.jsonl")} == journals
    run(folder, "epochs=2", "rerun=true")
    again = {path: path.read_bytes() for path in folder.glob("runs/*/journal.jsonl")}
    assert len(again) == 2 * len(journals)
    assert not set(journals.items()) & set(again.items())
    assert results_of(folder) == expected
