"""Same command, same numbers: to the last bit, alone or in a sweep, whatever the order."""

from pathlib import Path

import harness
import numpy as np
import pytest
from harness import CLOCK, NOT_TRACKED

COMMON = ("epochs=3", "batch_size=7", "dataset.train_size=300", NOT_TRACKED)
ARMS = ("mse sgd", "mse adam", "ce sgd", "ce adam")
SWEEPS = {
    "forwards": ("-m", "loss=mse,ce", "optimizer=sgd,adam", "hydra.launcher.processes=2"),
    "backwards": ("-m", "loss=ce,mse", "optimizer=adam,sgd", "hydra.launcher.processes=1"),
}
ALONE = {
    "first": ("mse sgd", "ce adam"),
    "again": ("ce adam",),
    "other seed": ("ce adam",),
}
"""The arms that are also run on their own."""

Runs = dict[str, dict[str, Path]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The folder of every run, by how it was run and by its name."""
    base = tmp_path_factory.mktemp("reproducibility")
    commands = {base / order: (*overrides, *COMMON) for order, overrides in SWEEPS.items()}
    alone: Runs = {}
    for number, (how, names) in enumerate(ALONE.items()):
        alone[how] = {name: base / f"{number}_{name.replace(' ', '_')}" for name in names}
        for name, folder in alone[how].items():
            loss, optimizer = name.split()
            seed = f"seed={int(how == 'other seed')}"
            commands[folder] = (f"loss={loss}", f"optimizer={optimizer}", seed, *COMMON)
    harness.run_together(commands)
    swept = {order: harness.jobs(base / order) for order in SWEEPS}
    return {
        **swept,
        **{
            how: {name: harness.run_folder(folder) for name, folder in folders.items()}
            for how, folders in alone.items()
        },
    }


def _numbers(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """Return every metric of a finished run but those of the clock."""
    assert harness.events(folder)[-1]["status"] == "finished"
    found = harness.histories(folder)
    assert found.keys() > set(CLOCK)
    assert len(found["train/cost"]) == 3
    return {name: values for name, values in found.items() if name not in CLOCK}


def _weights(folder: Path) -> np.ndarray:
    with np.load(folder / "network.npz") as saved:
        return saved["parameters"]


def _assert_same(a: Path, b: Path) -> None:
    assert _numbers(a) == _numbers(b)
    assert np.array_equal(_weights(a), _weights(b))
    confusions = [harness.events(each, "end")[0]["confusion_matrix"] for each in (a, b)]
    assert confusions[0] == confusions[1]


def test_the_same_command_gives_the_same_run(runs: Runs) -> None:
    _assert_same(runs["first"]["ce adam"], runs["again"]["ce adam"])


@pytest.mark.parametrize("name", ALONE["first"])
@pytest.mark.parametrize("order", SWEEPS)
def test_a_job_of_a_sweep_is_the_run_on_its_own(runs: Runs, name: str, order: str) -> None:
    _assert_same(runs["first"][name], runs[order][name])


@pytest.mark.parametrize("name", ARMS)
def test_the_order_of_jobs_and_their_number_at_once_do_not_matter(runs: Runs, name: str) -> None:
    assert list(runs["forwards"]) == list(reversed(runs["backwards"]))
    _assert_same(runs["forwards"][name], runs["backwards"][name])


def test_another_seed_gives_another_run(runs: Runs) -> None:
    first, other = runs["first"]["ce adam"], runs["other seed"]["ce adam"]
    assert not np.array_equal(_weights(first), _weights(other))
    assert _numbers(first)["train/cost"][0] != _numbers(other)["train/cost"][0]
