"""The resolved configuration that a run records."""

from typing import Any

from msgspec import Struct

Options = dict[str, Any]
"""The class that a group of conf/ builds (`_target_`) and the options of that class."""


class RecordedArchitecture(Struct, frozen=True, kw_only=True):
    """Numbers of neurons from the input to the output layer."""

    sizes: list[int]


class RecordedTracking(Struct, frozen=True, kw_only=True):
    """The MLflow store of a run; ``uri`` is None if the run is not tracked."""

    experiment: str
    uri: str | None
    artifacts: str


class RecordedConfig(Struct, frozen=True, kw_only=True):
    """Everything that says which network is trained, how, on which data, and where it is tracked.

    One field per group and value of conf/config.yaml.
    """

    dataset: Options
    architecture: RecordedArchitecture
    activation: Options
    initializer: Options
    loss: Options
    optimizer: Options
    schedule: Options
    epochs: int
    batch_size: int
    l2: float
    seed: int
    dtype: str
    tracking: RecordedTracking
