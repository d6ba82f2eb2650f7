"""The types of conf/config.yaml, as Hydra's schema, and the names of its parts.

The classes that `_target_` names in the groups of conf/ have no type here. They are dataclasses:
their fields are the options of the file that names them, and `experiments.configuration.build`
checks the options against the types of the fields.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from omegaconf import MISSING


class Precision(Enum):
    """The floating-point type of parameters and arithmetic."""

    float32 = "float32"
    float64 = "float64"


class Backend(Enum):
    """Which code takes the steps of a training."""

    numpy = "numpy"
    numba = "numba"


@dataclass
class Architecture:
    """The group `architecture`: numbers of neurons from the input to the output layer.

    With ``fit`` the first and the last number are those of the data: pixels and classes.
    """

    sizes: list[int]
    fit: bool = False


@dataclass
class Tracking:
    """The group `tracking`: the MLflow store. Runs are not tracked if ``uri`` is null."""

    experiment: str
    uri: str | None
    artifacts: str


@dataclass
class Schema:
    """The keys of conf/config.yaml and their types."""

    dataset: Any = MISSING
    architecture: Architecture = MISSING
    activation: Any = MISSING
    initializer: Any = MISSING
    loss: Any = MISSING
    optimizer: Any = MISSING
    schedule: Any = MISSING
    tracking: Tracking = MISSING
    epochs: int = MISSING
    batch_size: int = MISSING
    l2: float = MISSING
    seed: int = MISSING
    dtype: Precision = MISSING
    backend: Backend = MISSING
    test_curve: bool = MISSING
    learning_rates: dict[str, Any] = MISSING
    outputs: str = MISSING
    checkpoint_every: int = MISSING
    stop_below: list[float] = MISSING
    record_weights: list[int] = MISSING
    plan: bool = MISSING
    retry: bool = MISSING
    score_test: bool = MISSING
    rerun: bool = MISSING
    study: Any = None
    replicate: Any = None


STUDY = "study"
"""The key of the study that a sweep conducts, which no run has."""
REPLICATE = "replicate"
"""The key of the preset that stands for other overrides, which no run has."""
ADDED = (STUDY, REPLICATE)
"""The groups of which a file is chosen with a `+`."""
KEYS = tuple(key for key in Schema.__annotations__ if key not in ADDED)
"""All keys of conf/config.yaml, without Hydra's own key."""
GROUPS = ("dataset", "architecture", "activation", "initializer", "loss", "optimizer", "schedule")
"""The groups of conf/ that define an experiment."""
CHOSEN_BY_NAME = (*GROUPS, "tracking")
"""The groups of conf/, of which a file is chosen by its name."""
PARTS = {
    "dataset": ("cut",),
    STUDY: ("base",),
    REPLICATE: ("image_recognition/base", "nielsen/base"),
}
"""Files in a group that are parts of the others there, and no choices."""
TEST_CURVE = "test_curve"
"""The key that asks for the cost and the accuracy on the test set after each epoch."""
DESCRIBED = (*GROUPS, "epochs", "batch_size", "l2", "seed", "dtype", "backend", TEST_CURVE)
"""The keys that define an experiment. They decide the numbers that a run computes."""
CONTROL = (
    *("outputs", "tracking", "checkpoint_every", "stop_below", "record_weights"),
    *("plan", "retry", "score_test", "rerun"),
)
"""The keys that say where and how a run is done. They do not change the numbers it computes."""
