"""`experiments compare` with two groups: from confounded runs to effects, by obeying its advice."""

import csv
import io
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

import frames
import harness
import pytest
from harness import EXPERIMENTS, NOT_TRACKED, Program

QUICK = ("dataset.train_size=1000", "dataset.validation_size=100", "epochs=1", NOT_TRACKED)


def execute(command: Sequence[str | Path], folder: Path) -> tuple[int, str]:
    """Return the exit code and the output of a command."""
    with Program(command, folder / "command.log", COLUMNS="80") as program:
        return program.wait(), program.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs of two losses, each with its own output function."""
    folder = tmp_path_factory.mktemp("factorial")
    harness.run(folder / "outputs", "-m", "loss=mse,ce", "seed=0,1", *QUICK)
    return folder


@pytest.mark.stress
def test_confounded_factors_are_refused_and_the_command_separates_them(folder: Path) -> None:
    compare = [EXPERIMENTS, "compare", "loss", "loss.output", "--outputs", folder / "outputs"]
    code, message = execute(compare, folder)
    assert code == 1
    assert message.startswith("error: loss and loss.output are not crossed in sweep ")
    assert message.count("\n") == 1
    (command,) = frames.recommended(message.strip())
    made = frames.jobs(command)
    assert len(made) == 4 * 6
    code, output = execute([sys.executable, *shlex.split(command)[1:], NOT_TRACKED], folder)
    assert code == 0, output

    code, output = execute(compare, folder)
    assert code == 0, output
    assert "24 finished" in output
    assert re.search(
        r"^784-30-10\n  loss x loss.output +sigmoid +softmax *\n", output, re.MULTILINE
    )
    assert re.search(r"^  loss: ce - mse\s+[+-]\d", output, re.MULTILINE)
    assert re.search(r"^  interaction\s+[+-]\d", output, re.MULTILINE)
    assert "over seeds and test images" in " ".join(output.split())
    assert "This is look 1." in output

    code, output = execute([*compare, "--format", "csv"], folder)
    rows = list(csv.DictReader(io.StringIO(output[output.index("condition,") :])))
    assert [(row["effect"], row["seeds"]) for row in rows] == [
        ("loss", "6"),
        ("loss.output", "6"),
        ("interaction", "6"),
    ]


def test_three_groups_are_an_error_of_one_line(folder: Path) -> None:
    words = ["compare", "loss", "optimizer", "l2", "--outputs", str(folder / "outputs")]
    assert execute([EXPERIMENTS, *words], folder) == (
        1,
        "error: loss optimizer l2: at most two groups can be compared at a time\n",
    )
