"""The launcher, the sweeper and the callbacks: what Hydra could not make is refused in one line."""

from typing import Any

import pytest
from damage import check_message

from experiments.configuration.hydra_parts import BASIC_SWEEPER, CHECKS, LAUNCHER, check_parts
from experiments.errors import ConfigError

DASK = "hydra_plugins.dask_launcher.DaskLauncher"
SWEEPER = "hydra_plugins.grid_sweeper.GridSweeper"


def node(**changes: Any) -> dict[str, Any]:
    """Return these parts of Hydra's node as conf/config.yaml has them, with changes."""
    return {
        "launcher": {"_target_": LAUNCHER, "processes": None},
        "sweeper": {"_target_": SWEEPER, "params": None},
        "callbacks": {"early_checks": {"_target_": CHECKS}},
        **changes,
    }


def swept(params: Any) -> dict[str, Any]:
    """Return the same with parameters of the sweeper."""
    return node(sweeper={"_target_": SWEEPER, "params": params})


def called(options: Any) -> dict[str, Any]:
    """Return the same with a callback `mine`."""
    return node(callbacks={"early_checks": {"_target_": CHECKS}, "mine": options})


@pytest.mark.parametrize("params", [None, {}, {"seed": "1,2"}, {"dataset.train_size": None}])
def test_the_parts_of_this_program_are_accepted(params: Any) -> None:
    check_parts(swept(params), multirun=True)
    check_parts(node(launcher={"_target_": DASK, "scheduler": "tcp://a:1"}), multirun=True)
    check_parts(called({"_target_": "hydra.experimental.callback.Callback"}), multirun=False)


@pytest.mark.parametrize(
    ("hydra", "message"),
    [
        (node(launcher=None), "hydra.launcher=null: choose a file with hydra/launcher=NAME"),
        (node(sweeper=None), "hydra.sweeper=null: choose a file with hydra/sweeper=NAME"),
        (node(launcher="x"), "hydra.launcher=x: choose a file with hydra/launcher=NAME"),
        (node(launcher={"_target_": "os.getcwd"}), "hydra.launcher._target_=os.getcwd: no other"),
        (node(launcher={}), "hydra.launcher._target_=null: no other launcher records a sweep"),
        (node(sweeper={"_target_": "x.y"}), "hydra.sweeper._target_=x.y: this is no sweeper"),
        (node(sweeper={"_target_": LAUNCHER}), f"hydra.sweeper._target_={LAUNCHER}: this is no"),
        (
            node(sweeper={"_target_": BASIC_SWEEPER, "params": None}),
            "hydra/sweeper=basic: its ranges are not exact, and a sorted one can have other values",
        ),
        (swept("x"), 'hydra.sweeper.params=x: must be a dictionary, for example {seed: "1,2"}'),
        (
            node(sweeper={"_target_": SWEEPER, "n_trials": {"_target_": "os.getcwd"}}),
            "hydra.sweeper.n_trials must be one value, not {_target_:os.getcwd}",
        ),
        (swept(5), "hydra.sweeper.params=5: must be a dictionary"),
        (swept(True), "hydra.sweeper.params=true: must be a dictionary"),
        (swept([1]), "hydra.sweeper.params=[1]: must be a dictionary"),
        (swept({1: 2}), "hydra.sweeper.params: its keys are options such as seed, not 1"),
        (
            swept({"_target_": "nn.SGD"}),
            "hydra.sweeper.params: its keys are options such as seed, not",
        ),
        (swept({"seed": [{"_target_": "a.b"}]}), "hydra.sweeper.params.seed: must be values as on"),
        (
            node(launcher={"_target_": LAUNCHER, "processes": {"_target_": "os.getpid"}}),
            "hydra.launcher.processes must be a whole number, not {_target_:os.getpid}",
        ),
        (
            node(launcher={"_target_": LAUNCHER, "lockstep": {"_target_": "os.getpid"}}),
            "hydra.launcher.lockstep must be a whole number, not {_target_:os.getpid}",
        ),
        (
            node(launcher={"_target_": DASK, "scheduler": {"_target_": "os.getpid"}}),
            "hydra.launcher.scheduler must be one value, not {_target_:os.getpid}",
        ),
        (swept({"hydra.mode": "RUN"}), "hydra.sweeper.params: hydra.mode has one value for all"),
        (swept({"seed": {"a": 1}}), "hydra.sweeper.params.seed: must be values as on the command"),
        (node(callbacks={}), "hydra.callbacks.early_checks: it checks the options of Hydra"),
        (node(callbacks=None), "hydra.callbacks.early_checks: it checks the options of Hydra"),
        (called(None), "hydra.callbacks.mine._target_=null: this is no class of callbacks"),
        (called({"_target_": "no.Such"}), "hydra.callbacks.mine._target_=no.Such: this is no"),
        (called({"_target_": "nn.SGD"}), "hydra.callbacks.mine._target_=nn.SGD: this is no"),
        (called({"_target_": "os.path"}), "hydra.callbacks.mine._target_=os.path: this is no"),
    ],
)
def test_a_part_that_hydra_cannot_make_is_named(hydra: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_parts(hydra, multirun=True)
    assert str(caught.value).startswith(message)
    check_message(caught.value)


def test_parameters_of_a_sweep_need_a_sweep() -> None:
    with pytest.raises(ConfigError, match=r"^hydra\.sweeper\.params={seed:\"1,2\"}: a sweep needs"):
        check_parts(swept({"seed": "1,2"}), multirun=False)
