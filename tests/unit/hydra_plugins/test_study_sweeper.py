"""The sweeper of studies: which words leave a study its choices, its id, and a small study."""

from pathlib import Path

import hydra
import pytest
import synthetic_study
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins
from hydra.types import HydraContext, RunMode
from omegaconf import DictConfig, open_dict

from experiments.configuration import CONF, register
from experiments.errors import ConfigError
from experiments.results import RATE

SETTINGS = {"optimizer": "sgd", "dataset.train_size": 100, "dataset.validation_size": 100}


def sweep(folder: Path, *words: str, **changes: object) -> None:
    """Give a study to the sweeper, as Hydra does."""
    Plugins.instance()  # imports all plugins again
    from hydra_plugins.grid_sweeper import GridSweeper
    from hydra_plugins.parallel_launcher import ParallelLauncher

    register()
    node = synthetic_study.node(**{"settings": SETTINGS, **changes})
    own = [*words, f"outputs={folder / 'outputs'}", "tracking=none"]
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        loader = GlobalHydra.instance().config_loader()
        config = loader.load_configuration("config", [], RunMode.MULTIRUN)
        with open_dict(config):
            config.study = DictConfig(node)
        context = HydraContext(config_loader=loader, callbacks=None)  # type: ignore[arg-type]
        launcher = ParallelLauncher(2, 4)
        launcher.setup(hydra_context=context, task_function=_nothing, config=config)
        sweeper = GridSweeper(None)
        sweeper.hydra_context, sweeper.config, sweeper.launcher = context, config, launcher
        sweeper.sweep(own)


def _nothing(_: DictConfig) -> None:
    """Do nothing; the launcher calls its own function."""


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("loss=ce", "loss=ce: the study losses chooses it itself"),
        (f"{RATE}=0.1", f"{RATE}=0.1: the study losses chooses it itself"),
        ("l2=0", "l2=0: the study losses chooses it itself"),
        ("seed=3", "seed=3: the study losses chooses it itself"),
        ("score_test=true", "score_test=true: the study losses chooses it itself"),
        ("epochs=1,2", "epochs=1,2: a study chooses its own values; give one value"),
    ],
)
def test_a_word_that_the_study_chooses_is_refused(tmp_path: Path, word: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sweep(tmp_path, word, blocks={"l2": [0, 1]})
    assert str(caught.value) == message


def test_an_arm_with_a_mistake_is_named_before_any_run(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"batch_size=-1 loss=mse .*: batch_size must be at least 1"
    ):
        sweep(tmp_path, blocks={"batch_size": [10, -1]})
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "settings"),
    [(["test_curve=true"], SETTINGS), ([], {**SETTINGS, "test_curve": True})],
)
def test_a_test_curve_is_refused(
    tmp_path: Path, words: list[str], settings: dict[str, object]
) -> None:
    with pytest.raises(ConfigError, match=r"^test_curve=true .*; a study opens it once"):
        sweep(tmp_path, *words, settings=settings)
    assert not (tmp_path / "outputs").exists()


@pytest.mark.parametrize(
    ("words", "changes"),
    [
        (
            ["architecture.sizes=[784,5,10]"],
            {"arms": {"architecture": ["784-30-10", "784-20-10-10"]}},
        ),
        (
            ["architecture.sizes=[784,5,10]"],
            {"blocks": {"architecture": ["784-30-10", "784-20-10-10"]}},
        ),
    ],
)
def test_a_choice_that_another_option_overrules_is_refused(
    tmp_path: Path, words: list[str], changes: dict[str, object]
) -> None:
    with pytest.raises(
        ConfigError, match=r"784-30-10.* and 784-20-10-10.* are the same runs: another option"
    ):
        sweep(tmp_path, *words, **changes)
    assert not (tmp_path / "outputs").exists()


def test_a_plan_is_printed_and_nothing_is_trained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep(tmp_path, "epochs=1", "plan=true")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "losses (small): 2 arms in 1 block, 1 comparison, 1 epoch a run"
    assert lines[-1].endswith("Nothing was trained.")
    assert not (tmp_path / "outputs").exists()


def test_the_same_study_with_the_same_settings_has_the_same_id() -> None:
    from hydra_plugins._study_sweeper import _id

    made = synthetic_study.study()
    assert _id(made, ["epochs=1", "dtype=float64"]) == _id(made, ["dtype=float64", "epochs=1"])
    assert _id(made, ["epochs=1", "outputs=x", "retry=true"]) == _id(made, ["epochs=1"])
    assert _id(made, ["epochs=2"]) != _id(made, ["epochs=1"])
    assert _id(synthetic_study.study(margin=0.2), []) != _id(made, [])


def test_the_openings_of_the_test_set_are_counted_for_each_data_set(tmp_path: Path) -> None:
    from hydra_plugins._study_sweeper import openings_sentence

    world = synthetic_study.World(synthetic_study.better("ce", by=0.02))
    made = synthetic_study.study()
    runs = synthetic_study.conducted(made, world).runs
    sentence = openings_sentence(made, runs, tmp_path)
    assert sentence == "The study losses has opened the test set of these data once."
    assert openings_sentence(made, runs, tmp_path) == sentence
    other = runs.assign(data=runs["data"].where(runs["seed"] % 2 == 0, "1" * 64))
    assert openings_sentence(made, other, tmp_path) == (
        "The study losses has opened the test set of these data 2 times."
    )
