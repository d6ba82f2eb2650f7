"""The description of a study, and the mistakes in one."""

import sys
from typing import Any

import pytest
from omegaconf import OmegaConf
from synthetic_study import AXIS, budget, node, study

from experiments.configuration import CONF, compose
from experiments.errors import ConfigError
from experiments.results import RATE
from experiments.studying import Cell, Study
from experiments.studying.grid_search import GridSearch
from experiments.studying.sampled_search import SampledSearch

STUDIES = sorted(path.stem for path in (CONF / "study").glob("*.yaml") if path.stem != "base")


def test_the_cells_are_every_arm_in_every_block() -> None:
    made = study(blocks={"loss.output": ["sigmoid", "softmax"], "architecture": ["784-30-10"]})
    assert made.cells == [
        Cell(arm=(f"loss={loss}",), block=(f"loss.output={output}", "architecture=784-30-10"))
        for output in ("sigmoid", "softmax")
        for loss in ("mse", "ce")
    ]
    first = made.cells[0]
    assert first.words == ["loss.output=sigmoid", "architecture=784-30-10", "loss=mse"]
    assert first.name == "sigmoid 784-30-10 mse"


def test_a_number_has_the_name_of_its_option() -> None:
    made = study(
        arms={"l2": [0, 0.5]}, blocks={"schedule": ["constant"], "dataset.train_size": [None, 100]}
    )
    assert [cell.name for cell in made.cells] == [
        f"constant train_size={size} l2={l2}" for size in ("null", "100") for l2 in ("0", "0.5")
    ]


@pytest.mark.parametrize(
    ("arms", "blocks", "rows"),
    [
        (["mse", "ce"], {}, 1),
        (["a", "b", "c", "d"], {}, 6),
        (["mse", "ce"], {"l2": [1, 2], "batch_size": [1, 2, 3]}, 6),
        (["a", "b", "c"], {"l2": [1, 2]}, 6),
    ],
)
def test_the_rows_are_the_pairs_of_arms_in_each_block(
    arms: list[str], blocks: dict[str, list[Any]], rows: int
) -> None:
    assert study(arms={"loss": arms}, blocks=blocks).rows == rows


def test_the_settings_of_the_study_and_of_its_budget_hold_for_all_runs() -> None:
    made = study(
        settings={"optimizer": "sgd", "dataset.train_size": None},
        budgets=budget(settings={"epochs": 3}),
    )
    assert made.fixed == ["optimizer=sgd", "dataset.train_size=null", "epochs=3"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "study.name is empty"),
        ({"name": " "}, "study.name is empty"),
        (
            {"arms": {"dataset.train_size": [100, 200]}},
            "study.arms.dataset.train_size: this cannot",
        ),
        ({"arms": {"dataset": ["mnist", "fashion_mnist"]}}, "study.arms.dataset: this cannot be"),
        ({"arms": {RATE: [0.1, 1]}, "tune": {"l2": AXIS}}, f"study.arms.{RATE}: this cannot be"),
        (
            {"arms": {"tracking": ["none", "mlflow"]}},
            "study.arms.tracking: this cannot be compared",
        ),
        (
            {"arms": {"architecture.sizes": ["a", "b"]}},
            "study.arms.architecture.sizes: this cannot",
        ),
        (
            {
                "blocks": {
                    RATE: [0.1],
                },
                "tune": {"l2": AXIS},
            },
            f"study.blocks.{RATE}: the arms cannot",
        ),
        ({"blocks": {"retry": [True, False]}}, "study.blocks.retry: the arms cannot be compared"),
        ({"budget": "large"}, "study.budget=large: there is none; choose one of small"),
        ({"arms": {}}, "study.arms: one group or option with two values or more"),
        ({"arms": {"loss": ["mse"]}}, "study.arms: one group or option with two values or more"),
        ({"arms": {"loss": ["a", "b"], "l2": [0, 1]}}, "study.arms: one group or option"),
        ({"arms": {"loss": ["mse", "mse"]}}, "study.arms.loss: one value or more, each of"),
        ({"blocks": {"l2": []}}, "study.blocks.l2: one value or more, each of them once"),
        ({"tune": {}}, "study.tune: one hyper-parameter or more, such as optimizer.learning_rate"),
        ({"tune": {RATE: AXIS | {"points": 2}}}, f"study.tune.{RATE}: points=2 must be 3"),
        ({"tune": {RATE: AXIS | {"step": 2}}}, "study.tune.step: no such key"),
        ({"tune": {RATE: {"low": 1}}}, "study.tune.high is missing"),
        ({"settings": {"loss": "ce"}}, "study: loss is set twice"),
        ({"blocks": {RATE: [0.1]}}, f"study: {RATE} is set twice"),
        ({"budgets": budget(settings={"loss": "ce"})}, "study: loss is set twice"),
        ({"blocks": {"seed": [1, 2]}}, "study: seed cannot be set by a study"),
        ({"settings": {"hydra.launcher.processes": 1}}, "study: hydra.launcher.processes cannot"),
        ({"arms": {"epochs": [1, 2]}}, "study: epochs is the same for all arms"),
        ({"tune": {"epochs": AXIS}}, "study: epochs is the same for all arms"),
        ({"budgets": budget(tuning_epochs=0)}, "study.budgets.small.tuning_epochs=0: must be 1"),
        ({"budgets": budget(tuning_seeds=-1)}, "study.budgets.small.tuning_seeds=-1: must be 1"),
        ({"budgets": budget(most_seeds=-1)}, "study.budgets.small.most_seeds=-1: must be 0"),
        ({"budgets": budget(most_seeds="many")}, "study.budgets.most_seeds: expected int, got"),
        ({"margin": 0}, "study.margin=0: must be above 0 and below 100 percentage points"),
        ({"margin": 100}, "study.margin=100: must be above 0 and below 100 percentage points"),
        ({"metric": "accuracy"}, "study.metric=accuracy: choose one of test/accuracy, "),
        ({"armz": {}}, "study.armz: no such key"),
    ],
)
def test_a_mistake_is_named_with_its_key(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        study(**changes)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", ["name", "arms", "tune", "budget", "budgets", "metric", "margin"])
def test_a_missing_key_is_named(key: str) -> None:
    rest = {name: value for name, value in node().items() if name != key}
    with pytest.raises(ConfigError, match=rf"^study\.{key} is missing$"):
        Study.of(rest)


@pytest.mark.parametrize("of", [None, "ce", [1], 3])
def test_a_node_that_is_no_mapping_is_refused(of: object) -> None:
    with pytest.raises(ConfigError, match=r"^study: expected object, got "):
        Study.of(of)


@pytest.mark.parametrize("name", STUDIES)
def test_every_study_of_conf_pays_for_its_grid(name: str) -> None:
    made = Study.of(OmegaConf.to_container(compose([f"+study={name}"])["study"], resolve=True))
    assert made.name == name
    for each in made.budgets.values():
        grid = 1
        for axis in made.tune.values():
            grid *= axis.points
        epochs = int(str(each.settings["epochs"]))
        assert grid * epochs * each.tuning_seeds <= each.tuning_epochs


def test_one_or_two_hyper_parameters_are_tuned_on_a_grid_and_more_with_optuna() -> None:
    found = [study(tune=dict.fromkeys("abcd"[:n], AXIS)).search for n in (1, 2, 3, 4)]
    assert found == [GridSearch, GridSearch, SampledSearch, SampledSearch]


def test_without_optuna_three_hyper_parameters_are_refused_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "experiments.studying.sampled_search")
    monkeypatch.setitem(sys.modules, "optuna", None)  # as if it were not installed
    made = study(tune=dict.fromkeys("abc", AXIS))
    with pytest.raises(ConfigError, match=r"Optuna tunes 3 hyper-parameters, and is not installed"):
        made.search  # noqa: B018
