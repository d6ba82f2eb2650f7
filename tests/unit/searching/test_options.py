"""The options of a search."""

from typing import Any

import pytest

from experiments.errors import ConfigError
from experiments.searching import Options


def options(**changes: Any) -> Options:
    return Options(**{"n_trials": 4, "seed": 0, "sampler": "tpe", "pruning": True, **changes})


def test_every_sampler_can_be_chosen() -> None:
    assert [options(sampler=name).sampler for name in ("tpe", "random")] == ["tpe", "random"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_trials": 0}, "n_trials must be 1 or more, not 0"),
        ({"n_trials": None}, "n_trials must be a whole number, not null"),
        ({"n_trials": 2.5}, "n_trials must be a whole number, not 2.5"),
        ({"n_trials": True}, "n_trials must be a whole number, not true"),
        ({"seed": -1}, "seed must be 0 or more, not -1"),
        ({"seed": 2**32}, "seed can be at most 4294967295, not 4294967296"),
        ({"sampler": "grid"}, "sampler must be tpe or random, not grid"),
        ({"pruning": "median"}, "pruning must be true or false, not median"),
    ],
)
def test_a_wrong_option_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        options(**changes)
    assert str(caught.value) == f"hydra.sweeper.{message}"
