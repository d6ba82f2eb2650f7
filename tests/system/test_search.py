"""A search that is killed and started again ends with the same trials as one that was not."""

import json
import signal
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import NOT_TRACKED

SEARCH = (
    "-m",
    "hydra/sweeper=optuna",
    "optimizer.learning_rate=tag(log,interval(0.01,3))",
    "loss=mse,ce",
    "dataset.train_size=300",
    "dataset.validation_size=1000",
    "hydra.launcher.processes=2",
    NOT_TRACKED,
)
FOUR = (*SEARCH, "epochs=8", "hydra.sweeper.n_trials=4")


def trials(outputs: Path) -> dict[str, tuple[Any, ...]]:
    """Return how each run has ended, and the metrics of its epochs, by its identity."""
    return {
        folder.name: (
            harness.events(folder)[-1]["status"],
            [metrics(event) for event in harness.events(folder, "epoch")],
        )
        for folder in (outputs / "runs").iterdir()
    }


def metrics(event: dict[str, Any]) -> dict[str, float]:
    return {name: value for name, value in event["metrics"].items() if name not in harness.CLOCK}


def values(outputs: Path) -> list[Any]:
    """Return what Optuna's file says of the trials, without times, processes and openings."""
    (path,) = outputs.glob("searches/*/optuna.log")
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    left_out = ("worker_id", "datetime_start", "datetime_complete")
    return [
        {key: value for key, value in line.items() if key not in left_out}
        for line in lines
        if line["op_code"]
    ]


def closing(output: str) -> list[str]:
    """Return the last two lines, without the folder."""
    return [line.partition(" outputs=")[0] for line in output.splitlines()[-2:]]


def start_and_kill(outputs: Path, *words: str, epochs: int) -> None:
    """Start a search, and kill it with all its processes when it has recorded some epochs."""
    with harness.start(outputs, *words) as program:
        harness.wait_for(
            lambda: (
                program.process.poll() is not None
                or sum(len(harness.events(each, "epoch")) for each in outputs.glob("runs/*"))
                >= epochs
            ),
            f"{epochs} epochs",
        )
        program.send(signal.SIGKILL)
        program.wait_until_gone()


@pytest.mark.stress
def test_a_search_of_four_trials_survives_a_kill(tmp_path: Path) -> None:
    whole = harness.run(tmp_path / "whole", *FOUR)
    assert closing(whole)[0].startswith("4 trials: 4 done. The best on the validation set is trial")
    start_and_kill(tmp_path / "killed", *FOUR, epochs=20)
    assert closing(harness.run(tmp_path / "killed", *FOUR)) == closing(whole)
    assert trials(tmp_path / "killed") == trials(tmp_path / "whole")
    assert values(tmp_path / "killed") == values(tmp_path / "whole")


@pytest.mark.stress
def test_a_search_with_pruning_survives_many_kills(tmp_path: Path) -> None:
    many = (*SEARCH, "epochs=10", "hydra.sweeper.n_trials=16")
    whole = harness.run(tmp_path / "whole", *many)
    assert "stopped early" in closing(whole)[0]
    for epochs in range(5, 100, 13):
        start_and_kill(tmp_path / "killed", *many, epochs=epochs)
    assert closing(harness.run(tmp_path / "killed", *many)) == closing(whole)
    assert values(tmp_path / "killed") == values(tmp_path / "whole")
    assert trials(tmp_path / "killed") == trials(tmp_path / "whole")


def test_a_finished_search_trains_nothing_and_names_the_best_trial_again(tmp_path: Path) -> None:
    short = (*SEARCH, "epochs=1", "hydra.sweeper.n_trials=2")
    first = harness.run(tmp_path / "outputs", *short)
    before = trials(tmp_path / "outputs")
    assert harness.run(tmp_path / "outputs", *short).splitlines() == first.splitlines()[-2:]
    assert trials(tmp_path / "outputs") == before
