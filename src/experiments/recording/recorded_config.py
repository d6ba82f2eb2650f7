"""The resolved configuration that a run records."""

from pathlib import Path
from typing import Any

from msgspec import Struct

Options = dict[str, Any]
"""The class that a group of conf/ builds (`_target_`) and the options of that class."""


class RecordedArchitecture(Struct, frozen=True, kw_only=True):
    """Numbers of neurons from the input to the output layer."""

    sizes: list[int]


class RecordedTracking(Struct, frozen=True, kw_only=True):
    """The MLflow store of a run; ``uri`` is None if the run is not tracked.

    ``outputs`` is the outputs folder at the time of the record; it may have moved since.
    """

    experiment: str
    uri: str | None
    artifacts: str
    outputs: str = ""  # in records of earlier versions

    def moved_to(self, outputs: Path) -> "RecordedTracking":
        """Return the store of a record in ``outputs``: paths in the old folder move with it."""
        here = outputs.absolute()
        if not self.outputs or str(here) == self.outputs:
            return self
        if here.resolve() == Path(self.outputs).resolve():  # a link to the same folder
            return self
        return RecordedTracking(
            experiment=self.experiment,
            uri=self.uri and self._moved(self.uri, "sqlite:///", here),
            artifacts=self._moved(self.artifacts, "", here),
            outputs=str(here),
        )

    def _moved(self, text: str, scheme: str, here: Path) -> str:
        old = f"{scheme}{self.outputs}/"
        return f"{scheme}{here}/{text.removeprefix(old)}" if text.startswith(old) else text


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
    backend: str = "numpy"  # in records of earlier versions
    test_curve: bool = False  # likewise
    tracking: RecordedTracking
