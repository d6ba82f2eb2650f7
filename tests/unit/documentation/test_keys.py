"""The keys of studies and presets: all that their classes have, each with what a reader needs."""

import msgspec
import pytest

from documentation.keys import Keys, keys_of_presets, keys_of_studies
from documentation.options import Option
from experiments.configuration import Preset
from experiments.configuration.preset import Case, Claim, Neuron, Number
from experiments.recording import METRICS
from experiments.studying.axis import Axis
from experiments.studying.study import Budget, Study


@pytest.fixture(scope="module")
def tables() -> list[Keys]:
    return [*keys_of_studies(), *keys_of_presets()]


def key(tables: list[Keys], name: str) -> Option:
    (found,) = (
        each for table in tables for each in table.options if f"{table.prefix}{each.name}" == name
    )
    return found


def test_every_key_of_every_class_has_a_row(tables: list[Keys]) -> None:
    classes = (Study, Budget, Axis, Preset, Case, Number, Claim, Neuron)
    for cls, table in zip(classes, tables, strict=True):
        names = [each.name for each in msgspec.structs.fields(cls)]
        assert [each.name for each in table.options] == names


def test_every_key_is_explained_and_has_a_type_and_a_default(tables: list[Keys]) -> None:
    for table in tables:
        assert table.about.endswith(".")
        for each in table.options:
            assert each.about, each.name
            assert each.kind, each.name
            assert all(each.defaults.values()), each.name


def test_a_key_has_the_range_of_the_message_about_it(tables: list[Keys]) -> None:
    assert key(tables, "study.metric").range == f"one of {', '.join(METRICS)}"
    assert key(tables, "study.margin").range == "above 0 and below 100 percentage points"
    assert key(tables, "study.name").range == "a name, such as initializers"
    assert key(tables, "study.arms").range.startswith("one group or option with two values")
    assert key(tables, "study.tune").range.startswith("one hyper-parameter or more")
    assert key(tables, "study.budgets.NAME.tuning_epochs").range == "1 or more"
    low = key(tables, "study.tune.OPTION.low").range
    assert low == "positive on a logarithmic scale; below high"
    assert key(tables, "study.tune.OPTION.points").range == "3 or more"
    assert key(tables, "replicate.numbers.best_of").range == "1 or more"
    assert key(tables, "replicate.claims.expects").range == "better or tie"
    assert key(tables, "replicate.draw").range == "strokes, weights, curves, error_norms"
    assert key(tables, "replicate.cases.neuron.loss").range == "mse or ce"
    assert key(tables, "replicate.cases.neuron.learning_rate").range == "positive"


def test_defaults_are_those_of_the_base_of_all_studies_or_of_the_class(tables: list[Keys]) -> None:
    assert key(tables, "study.margin").defaults == {"": "`0.1`"}
    assert key(tables, "study.budgets").defaults == {"": "`small`, `full`"}
    assert {*key(tables, "study.budgets.NAME.tuning_epochs").defaults} == {"small", "full"}
    assert key(tables, "study.name").defaults == {"": "none: give one"}
    assert key(tables, "study.blocks").defaults == {"": "`{}`"}
    assert key(tables, "replicate.numbers.take").defaults == {"": "`last`"}


def test_a_meaning_is_the_sentences_that_name_the_key(tables: list[Keys]) -> None:
    scale = key(tables, "study.tune.OPTION.scale")
    assert scale.about == "Their distances are equal on the `scale`."
    assert key(tables, "study.metric").about == "the metric of the last comparison"
