"""Which values of a configuration change if some options change: they, and those that use them."""

import re
from collections.abc import Iterable

from omegaconf import DictConfig

from experiments.configuration.interpolations import interpolated
from experiments.configuration.schema import DESCRIBED, TEST_CURVE

CHOICES = re.compile(r"hydra:runtime\.choices\.")
"""The beginning of the name of a chosen file, which no option changes."""
UNKNOWN = re.compile(r"hydra|\$\{\$\{|\$\{\s*\.")
"""Interpolations of which the keys are not in their text: of Hydra's node, computed, relative."""
NAME = re.compile(r"[\w.]+")
REBUILT = frozenset(DESCRIBED) - {"architecture", "dtype", "backend", TEST_CURVE}
"""The keys of conf/config.yaml below which a number of an experiment can be."""


class Dependents:
    """Finds the keys of a configuration that depend on others, from its interpolations."""

    def __init__(self, config: DictConfig) -> None:
        texts = {key: CHOICES.sub("", text) for key, text in interpolated(config)}
        self._known = not any(UNKNOWN.search(text) for text in texts.values())
        self._used = {
            key: [name.strip(".") for name in NAME.findall(text)] for key, text in texts.items()
        }
        self._found: dict[frozenset[str], frozenset[str] | None] = {}

    def of(self, keys: Iterable[str]) -> frozenset[str] | None:
        """Return the keys of conf/config.yaml below which values change if these keys change.

        Return None if they cannot be known, or if one of them has no numbers of an experiment.
        """
        asked = frozenset(keys)
        if asked not in self._found:
            self._found[asked] = self._find(asked)
        return self._found[asked]

    def _find(self, asked: frozenset[str]) -> frozenset[str] | None:
        changed, new = set(asked), set(asked)
        while new:
            new = {
                key
                for key, names in self._used.items()
                if key not in changed and any(touch(name, each) for name in names for each in new)
            }
            changed |= new
        parts = frozenset(re.split(r"[.\[]", key)[0] for key in changed)
        return parts if self._known and parts <= REBUILT else None


def touch(key: str, other: str) -> bool:
    """Return whether one key is the other, or a part of it."""
    return f"{key}.".startswith(f"{other}.") or f"{other}.".startswith(f"{key}.")
