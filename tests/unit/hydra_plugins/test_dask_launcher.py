"""The launchers of a cluster: options that are out of range, and schedulers that are not there."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hydra.core.plugins import Plugins

from experiments.errors import ConfigError

QUEUE = {
    "system": "slurm",
    "jobs": 2,
    "cores": 3,
    "memory": "1GiB",
    "queue": None,
    "walltime": None,
    "directives": [],
    "prologue": [],
}


def launcher(name: str, **options: Any) -> Any:
    """Return a launcher as Hydra makes it."""
    Plugins.instance()  # imports all plugins again
    from hydra_plugins import dask_launcher

    common = {"retries": 2, "time_limit": None, "fail_fast": False}
    return getattr(dask_launcher, name)(**{**common, **options})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retries": -1}, "hydra.launcher.retries must be 0 or more, not -1"),
        ({"retries": 1.5}, "hydra.launcher.retries must be a whole number, not 1.5"),
        ({"time_limit": 0}, "hydra.launcher.time_limit must be a number of seconds above 0, not 0"),
        ({"time_limit": True}, "hydra.launcher.time_limit must be a number of seconds above 0"),
        ({"time_limit": float("nan")}, "hydra.launcher.time_limit must be a number of seconds"),
        ({"fail_fast": "no"}, "hydra.launcher.fail_fast must be true or false, not no"),
        ({"scheduler": 8786}, "hydra.launcher.scheduler must be an address, not 8786"),
        ({}, "hydra/launcher=dask needs the address of a scheduler: write"),
        ({"scheduler": "no address"}, "hydra.launcher.scheduler=no address: no scheduler of Dask"),
    ],
)
def test_an_option_out_of_range_is_named(options: dict[str, Any], message: str) -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ConfigError) as caught:
        _ = launcher("DaskLauncher", **{"scheduler": None, **options}).limits
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_the_jobs_of_a_queue_say_how_many_runs_are_done_at_a_time() -> None:
    assert launcher("QueueLauncher", **QUEUE).limits == (6, 1)
    with pytest.raises(ConfigError, match=r"hydra\.launcher\.jobs must be 1 or more, not 0"):
        _ = launcher("QueueLauncher", **{**QUEUE, "jobs": 0}).limits


def test_the_output_of_the_jobs_is_in_the_outputs_folder(tmp_path: Path) -> None:
    made = launcher("QueueLauncher", **{**QUEUE, "system": "none"})
    made.config = SimpleNamespace(outputs=str(tmp_path / "outputs"))
    with pytest.raises(ConfigError, match=r"system must be one of slurm, .*, not none"):
        _ = made.cluster
    assert not (tmp_path / "outputs").exists()


def test_a_machine_without_dask_is_told_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ConfigError, match=r"Dask is not installed; install it with .*\[cluster\]"):
        _ = launcher("DaskLauncher", scheduler="tcp://127.0.0.1:8786").limits
