"""The commands that a sweep recommends at its end."""

import shlex
from pathlib import Path

import pytest

from experiments.sweeping.next_steps import next_steps

FOLDER = Path("outputs/sweeps/0123456789abcdef")


def commands(*runs: dict[str, object], words: tuple[str, ...] = ()) -> list[list[str]]:
    """Return the words of each command after the name of the program."""
    lines = next_steps(FOLDER, Path("/a folder"), runs, words)
    return [shlex.split(line.partition(":")[2])[1:] for line in lines]


def test_a_sweep_over_choices_is_compared_and_reported() -> None:
    runs = [{"loss": loss, "optimizer": "sgd", "seed": seed} for loss in "ab" for seed in (0, 1)]
    sweep = ["--sweep", "01234567"]
    assert commands(*runs) == [["compare", "loss", *sweep], ["report", *sweep]]


@pytest.mark.parametrize("changed", ["seed", "dataset", "optimizer.learning_rate"])
def test_a_sweep_without_arms_is_only_reported(changed: str) -> None:
    runs = [{"loss": "a", changed: number} for number in (1, 2)]
    assert [command[0] for command in commands(*runs)] == ["report"]


def test_another_outputs_folder_is_part_of_the_commands() -> None:
    runs = [{"loss": loss} for loss in "ab"]
    for command in commands(*runs, words=("outputs=/a folder", "loss=a,b")):
        assert command[-2:] == ["--outputs", "/a folder"]


def test_without_finished_runs_there_is_nothing_to_see() -> None:
    assert commands() == []
