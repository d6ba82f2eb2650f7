"""Outputs folders with unusual names: blanks, other alphabets, characters that URLs escape."""

import sys
from pathlib import Path

import harness
import pytest
from harness import Program

BRIEF = ("dataset.train_size=300", "dataset.validation_size=1000")
ODD = "naïve folder η #1 100% a&b;c"
PREDICT = """
import logging, sys, warnings
warnings.simplefilter("ignore")
import mlflow, numpy as np
logging.getLogger("mlflow").setLevel(logging.ERROR)
mlflow.set_tracking_uri(sys.argv[1])
model = mlflow.pyfunc.load_model(f"models:/{sys.argv[2]}")
print(model.predict(np.zeros((1, 784), "float32")).shape)
"""


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The outputs folder of a tracked sweep, with an unusual name, and what the sweep printed."""
    base = tmp_path_factory.mktemp("odd")
    folder = base / ODD
    arguments = ("-m", "seed=0,1", "epochs=2", *BRIEF, f"outputs='{folder}'")
    with Program([sys.executable, harness.PROJECT / "run.py", *arguments], base / "log") as program:
        assert program.wait() == 0, program.output
        return folder, program.output


@pytest.mark.stress
def test_a_folder_may_have_any_name(odd: tuple[Path, str]) -> None:
    folder, output = odd
    assert harness.advice(output, "ui")[2:] == ["--uri", harness.uri(folder)]
    runs = {each.params["seed"]: each for each in harness.tracked(harness.uri(folder))}
    assert set(runs) == {"0", "1", "0,1"}  # the last one is the sweep
    for name in ("0", "1"):
        assert runs[name].metrics == harness.histories(Path(runs[name].tags["folder"]))
        files = {path.name: path.is_file() for path in runs[name].artifacts.values()}
        assert files.pop("weights") is False
        assert files
        assert all(files.values())
        kept = sorted(path.name for path in runs[name].artifacts["weights"].iterdir())
        assert kept == ["0000.npy", "0001.npy", "0002.npy"]


@pytest.mark.stress
@pytest.mark.parametrize(
    ("command", "expected"), [("status", "2 finished"), ("sync", "up to date")]
)
def test_commands_read_a_folder_with_any_name(
    odd: tuple[Path, str], tmp_path: Path, command: str, expected: str
) -> None:
    folder, _ = odd
    tracked = {run.id for run in harness.tracked(harness.uri(folder))}
    with Program([harness.EXPERIMENTS, command, "--outputs", folder], tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        assert expected in program.output
    assert {run.id for run in harness.tracked(harness.uri(folder))} == tracked


@pytest.mark.stress
def test_a_model_is_loaded_from_a_folder_with_any_name(
    odd: tuple[Path, str], tmp_path: Path
) -> None:
    address = harness.uri(odd[0])
    (model,) = harness.by_name(address)["seed=1"].models
    with Program([sys.executable, "-c", PREDICT, address, model], tmp_path / "log") as program:
        assert program.wait() == 0, program.output
        assert "(1, 10)" in program.output
