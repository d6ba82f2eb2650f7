"""The commands that a sweep recommends at its end."""

import shlex
from pathlib import Path

import pytest

from experiments.sweeping.next_steps import next_steps

FOLDER = Path("outputs/sweeps/0123456789abcdef")


def commands(
    *runs: dict[str, object], words: tuple[str, ...] = (), closed: bool = False
) -> list[list[str]]:
    """Return the words of each command after the name of the program."""
    lines = next_steps(FOLDER, Path("/a folder"), runs, words, closed=closed)
    return [shlex.split(line.partition(":")[2])[1:] for line in lines]


def test_a_sweep_over_choices_is_compared_and_reported() -> None:
    runs = [{"loss": loss, "optimizer": "sgd", "seed": seed} for loss in "ab" for seed in (0, 1)]
    sweep = ["--sweep", "01234567"]
    assert commands(*runs) == [["compare", "loss", *sweep], ["report", *sweep]]


def test_networks_are_compared_only_if_nothing_else_was_swept() -> None:
    runs = [{"loss": loss, "architecture": name} for loss in "ab" for name in "cd"]
    assert commands(*runs)[0][1] == "loss"
    assert commands(*({"architecture": name} for name in "cd"))[0][1] == "architecture"


def test_arms_whose_test_set_is_closed_are_compared_on_the_validation_set() -> None:
    compare, report = commands({"loss": "a"}, {"loss": "b"}, closed=True)
    assert compare[-2:] == ["--metric", "validation/accuracy"]
    assert "--metric" not in report


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
