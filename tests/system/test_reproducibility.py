"""The same command computes the same bits: alone or in a sweep, in any order of the runs."""

from pathlib import Path

import harness
import pytest
from harness import CLOCK, NOT_TRACKED

COMMON = ("epochs=3", "batch_size=7", "dataset.train_size=300", NOT_TRACKED)
ARMS = ("mse sgd", "mse adam", "ce sgd", "ce adam")
SWEEPS = {
    "forwards": ("-m", "loss=mse,ce", "optimizer=sgd,adam", "hydra.launcher.processes=2"),
    "backwards": ("-m", "loss=ce,mse", "optimizer=adam,sgd", "hydra.launcher.processes=1"),
}
SINGLE = {
    "first": ("ce adam",),
    "again": ("ce adam",),
    "other seed": ("ce adam",),
}
"""The arms that are also run as single runs."""

Runs = dict[str, dict[str, Path]]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """The folder of every run, by the key of `SWEEPS` or `SINGLE` and by the name of its arm."""
    base = tmp_path_factory.mktemp("reproducibility")
    commands = {base / order: (*overrides, *COMMON) for order, overrides in SWEEPS.items()}
    single: Runs = {}
    for number, (how, names) in enumerate(SINGLE.items()):
        single[how] = {name: base / f"{number}_{name.replace(' ', '_')}" for name in names}
        for name, folder in single[how].items():
            loss, optimizer = name.split()
            seed = f"seed={int(how == 'other seed')}"
            commands[folder] = (f"loss={loss}", f"optimizer={optimizer}", seed, *COMMON)
    harness.run_together(commands)
    swept = {order: harness.jobs(base / order) for order in SWEEPS}
    return {
        **swept,
        **{
            how: {name: harness.run_folder(folder) for name, folder in folders.items()}
            for how, folders in single.items()
        },
    }


def test_the_same_command_gives_the_same_run(runs: Runs) -> None:
    first, again = (harness.results(runs[how]["ce adam"]) for how in ("first", "again"))
    assert first == again
    assert len(first["train/cost"]) == 3
    assert harness.histories(runs["first"]["ce adam"]).keys() > {*CLOCK}


@pytest.mark.parametrize("order", SWEEPS)
def test_a_run_of_a_sweep_equals_the_single_run(runs: Runs, order: str) -> None:
    single, swept = (harness.results(runs[how]["ce adam"]) for how in ("first", order))
    assert single == swept


@pytest.mark.parametrize("name", ARMS)
def test_the_order_of_runs_and_the_number_of_processes_do_not_matter(runs: Runs, name: str) -> None:
    assert list(runs["forwards"]) == list(reversed(runs["backwards"]))
    forwards, backwards = (harness.results(runs[order][name]) for order in SWEEPS)
    assert forwards == backwards


def test_another_seed_gives_another_run(runs: Runs) -> None:
    first, other = (harness.results(runs[how]["ce adam"]) for how in ("first", "other seed"))
    assert first["0000.npy"] != other["0000.npy"]  # the initial weights
    assert first["float32"] != other["float32"]  # the network
    assert first["train/cost"][0] != other["train/cost"][0]
